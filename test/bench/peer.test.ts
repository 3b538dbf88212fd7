/** The peer's agreement with ours can fail: one weight changed by a little, and it does. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { compareOutputs } from "vghif/dist/bench/agreement.js";
import { ownCommand, runChild } from "vghif/dist/bench/child.js";
import { writeInputs } from "vghif/dist/bench/inputs.js";
import { blasWarning, findPeer, type Peer, peerCommand } from "vghif/dist/bench/peer.js";
import { benchRows } from "vghif/dist/bench/rows.js";
import type { ColumnId, Task } from "vghif/dist/bench/task.js";
import { readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif peer test "));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

test("a step whose weights differ in one value is not the same computation", async (t) => {
  const { peer, absent } = await findPeer(1);
  if (!peer) return t.skip(`SKIPPED: ${absent}`);
  const row = benchRows(true).find(({ id }) => id === "head-step")!;
  const [weights, inputs] = [file("weights.safetensors"), file("inputs.safetensors")];
  await writeInputs(row.work, weights, inputs);
  const outputs = async (column: ColumnId, name: string, weightFile: string): Promise<string> => {
    const task: Task = {
      ...{ work: row.work, column, mode: "check", threads: 1, warmups: 0, seconds: 0, runs: 1 },
      ...{ weights: weightFile, inputs, report: file("report.json"), outputs: file(name) },
    };
    writeFileSync(file("task.json"), JSON.stringify(task));
    const args = [file("task.json")];
    const end = await runChild(column === "torch" ? peerCommand(peer.python, args, 1) : ownCommand(args, 1), 60);
    assert.ok(end.ok, JSON.stringify(end));
    return task.outputs;
  };
  const theirs = await outputs("torch", "theirs.safetensors", weights);
  const ours = await outputs("cpu", "ours.safetensors", weights);
  const same = await compareOutputs(theirs, ours, row.tolerance);
  assert.equal(same.problem, null);
  assert.ok(same.maxRelative < row.tolerance / 100, `differs by ${same.maxRelative}`);

  const changed = await readSafetensors(weights);
  changed.get("vghif.levels.2.proj")!.data[7]! += 0.2;
  await writeSafetensors(file("changed.safetensors"), changed);
  const others = await outputs("torch", "others.safetensors", file("changed.safetensors"));
  const different = await compareOutputs(others, ours, row.tolerance);
  assert.equal(different.ok, false);
  assert.match(different.problem!, /differs by .* of its largest value, allowed 0.01$/);
});

test("a BLAS that was not made for the machine is named", () => {
  const peer = { threads: 2, matmulGflops: 3.4, blas: ["blas/libblas.so.3.11.0"] } as unknown as Peer;
  assert.match(blasWarning(peer)!, /only 3\.4 GFLOP\/s on 2 threads \(loaded: blas\/libblas.so.3.11.0\)/);
  assert.equal(blasWarning({ ...peer, matmulGflops: 200 }), null);
});

test("a process that is silent for too long is ended and called slow", async () => {
  const sleep = { program: process.execPath, args: ["-e", "setTimeout(() => {}, 60_000)"], env: process.env };
  assert.deepEqual(await runChild(sleep, 0.3), { ok: false, slow: true });
  const failing = { ...sleep, args: ["-e", "console.error('Error: wool'); console.error('  at x'); process.exit(3)"] };
  assert.deepEqual(await runChild(failing, 30), { ok: false, slow: false, message: "Error: wool" });
});
