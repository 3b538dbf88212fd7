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
import { benchRows, type Row } from "vghif/dist/bench/rows.js";
import type { ColumnId, Task } from "vghif/dist/bench/task.js";
import { readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif peer test "));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => path.join(folder, name);

/** Computes a row of tiny sizes once; the file of its outputs. */
async function outputsOf(row: Row, column: ColumnId, name: string, weights: string, python = ""): Promise<string> {
  const task: Task = {
    ...{ work: row.work, column, mode: "check", threads: 1, warmups: 0, seconds: 0, runs: 1 },
    ...{ weights, inputs: file("inputs"), report: file("report.json"), outputs: file(name) },
  };
  writeFileSync(file("task.json"), JSON.stringify(task));
  const args = [file("task.json")];
  const end = await runChild(column === "torch" ? peerCommand(python, args, 1) : ownCommand(args, 1), 120);
  assert.ok(end.ok, JSON.stringify(end));
  return task.outputs;
}

test("both sides compute the same, and one weight changed by a little is seen", async (t) => {
  const { peer, absent } = await findPeer(1);
  if (!peer) return t.skip(`SKIPPED: ${absent}`);
  const rows = benchRows(true).filter(({ id }) => ["tower-b16", "text", "finetune-b32", "head-step"].includes(id));
  for (const row of rows) {
    await writeInputs(row.work, file("weights"), file("inputs"));
    const theirs = await outputsOf(row, "torch", "theirs", file("weights"), peer.python);
    const ours = await outputsOf(row, "cpu", "ours", file("weights"));
    const same = await compareOutputs(theirs, ours, row.tolerance);
    assert.equal(same.problem, null, row.id);
    assert.ok(same.values > 50 && same.maxRelative < row.tolerance / 20, `${row.id} differs by ${same.maxRelative}`);
    if (row.id !== "head-step") continue;
    const changed = await readSafetensors(file("weights"));
    changed.get("vghif.levels.2.proj")!.data[7]! += 0.2;
    await writeSafetensors(file("changed"), changed);
    const others = await outputsOf(row, "torch", "others", file("changed"), peer.python);
    const different = await compareOutputs(others, ours, row.tolerance);
    assert.equal(different.ok, false);
    assert.match(different.problem!, /differs by .* of its largest value, allowed 0.01$/);
  }
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
