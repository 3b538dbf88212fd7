/** `vghif bench --quick`, for its form; the times of tiny sizes mean nothing. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { BenchResult } from "vghif/dist/bench/result.js";
import { PROJECT_ROOT } from "../shared.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif bench test "));
after(() => rmSync(folder, { recursive: true, force: true }));

function vghif(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const script = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  const out = path.join(folder, String(readdirSync(folder).length));
  const run = spawnSync(process.execPath, [script, "bench", "--quick", "--threads", "1", "--out", out, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env },
  });
  const read = (): BenchResult => JSON.parse(readFileSync(path.join(out, "bench.json"), "utf8")) as BenchResult;
  return { ...run, read, markdown: () => readFileSync(path.join(out, "bench.md"), "utf8") };
}

test("without PyTorch: our columns are measured and compared, the peer is absent and how to get it is said", () => {
  const run = vghif(["--rows", "matmul", "--columns", "cpu,eager,torch"], {
    VGHIF_PYTHON: "/no/such/python",
  });
  assert.equal(run.status, 0, run.stderr);
  const { rows, peer, quick, targets, threads } = run.read();
  assert.deepEqual([peer, quick, targets, threads], [null, true, [], 1]);
  assert.deepEqual(
    rows.map(({ id }) => id),
    ["matmul"],
  );
  for (const { id, cells, agreement, reference, ratios } of rows) {
    assert.deepEqual(Object.keys(cells), ["eager", "cpu", "torch"], id);
    assert.equal(reference, "eager");
    assert.equal(agreement.cpu?.ok, true, id);
    assert.equal(agreement.cpu.values, 13 * 19);
    assert.deepEqual(ratios, {});
    const [torch, cpu] = [cells.torch!, cells.cpu!];
    assert.ok(torch.status === "absent");
    assert.match(torch.reason, /^no PyTorch \(\/no\/such\/python: .*python3-torch libopenblas0-pthread/);
    assert.ok(cpu.status === "measured", JSON.stringify(cpu));
    assert.ok(cpu.seconds.n >= 1 && cpu.seconds.min <= cpu.seconds.median && cpu.seconds.median <= cpu.seconds.max);
    assert.ok(cpu.gflops! > 0 && cpu.peakBytes > 2 ** 20 && cpu.rounds.length === 1);
  }
  const page = run.markdown();
  assert.equal(run.stdout.trim(), page.trim());
  assert.match(page, /^# Benchmark \(QUICK: form only\)\n/);
  assert.match(page, /\| row \| eager wasm \| compiled CPU \| PyTorch CPU \|\n/);
  assert.match(page, /\n\| \*\*matmul\*\* matmul 13 x 17 x 19 \| [\d.]+ s \| [\d.]+ s \| absent \|\n/);
  assert.match(page, /\n\* PyTorch CPU absent: no PyTorch .* \(all rows\)\n/);
  assert.match(page, /\| matmul \| compiled CPU against eager wasm \| .* \| agrees \|\n/);
});

test("with PyTorch: it agrees with ours, takes turns with it, and gives ratios", (t) => {
  const run = vghif(["--rows", "matmul,cost-b16", "--columns", "cpu,torch", "--rounds", "2"]);
  assert.equal(run.status, 0, run.stderr);
  const { rows, peer } = run.read();
  if (!peer) return t.skip("SKIPPED: no Python with PyTorch (Debian: python3-torch)");
  assert.match(peer.torchVersion, /^\d+\.\d+/);
  assert.equal(peer.threads, 1);
  assert.ok(peer.matmulGflops > 0 && !("python" in peer));
  for (const { id, cells, agreement, reference, ratios } of rows) {
    assert.equal(reference, "torch");
    assert.equal(agreement.cpu?.ok, true, `${id}: ${agreement.cpu?.problem}`);
    const [cpu, torch] = [cells.cpu!, cells.torch!];
    assert.ok(cpu.status === "measured" && torch.status === "measured", JSON.stringify(cells));
    const rounds = id === "cost-b16" ? 1 : 2; // PyTorch's own cost of the fusion has no target
    assert.deepEqual([cpu.rounds.length, torch.rounds.length], [2, rounds]);
    const perRound = torch.rounds.map((seconds, round) => seconds / cpu.rounds[round]!);
    assert.equal(ratios.cpu, perRound.reduce((sum, ratio) => sum + ratio, 0) / rounds);
    assert.equal(typeof cpu.overheadPercent === "number", id === "cost-b16");
  }
  assert.match(run.markdown(), /VgHIF's own cost[\s\S]*\| compiled CPU \| -?[\d.]+ % \|/);
});

test("rows, columns and passes that do not exist are wrong usage", () => {
  for (const [args, message] of [
    [["--rows", "matmul,sleep"], /no row is called "sleep": choose of matmul, tower-b32,/],
    [["--columns", "abacus"], /no column is called "abacus": choose of eager, cpu,/],
    [["--rounds", "0"], /--rounds is "0"/],
    [["--passes", "attention,wool"], /--passes is "attention,wool": give none, names of .*layer-norm, /],
    [["--passes", "-attention,layer-norm"], /all with a minus/],
  ] as const) {
    const run = vghif(args);
    assert.equal(run.status, 2, run.stderr);
    assert.match(run.stderr, message);
  }
});
