/** What is made of the processes' reports: medians, ratios round by round, targets, operations, differences. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { compareOutputs } from "vghif/dist/bench/agreement.js";
import { flopsOf } from "vghif/dist/bench/flops.js";
import { type Job, measure } from "vghif/dist/bench/job.js";
import { passesOf } from "vghif/dist/bench/passes.js";
import { type RowResult, targetsOf } from "vghif/dist/bench/result.js";
import { benchRows } from "vghif/dist/bench/rows.js";
import { measuredCell, ratioOf } from "vghif/dist/bench/summary.js";
import { PASS_NAMES } from "vghif/dist/engine/compile/optimize.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif-bench-test-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const report = (seconds: number[], peakBytes: number, setupSeconds: number, baseline: number[] = []) => ({
  seconds,
  baseline,
  peakBytes,
  setupSeconds,
});

test("a cell is the median of all runs, a ratio the median of the rounds'", () => {
  const ours = measuredCell([report([2, 3, 7], 11, 5), report([1, 13], 17, 3), report([4], 13, 4)], 1e9);
  assert.deepEqual(ours.seconds, { median: 3.5, min: 1, max: 13, n: 6 });
  assert.deepEqual(ours.rounds, [3, 7, 4]);
  assert.deepEqual([ours.peakBytes, ours.setupSeconds, ours.overheadPercent], [17, 3, null]);
  assert.ok(Math.abs(ours.gflops! - 1 / 3.5) < 1e-12);
  const theirs = measuredCell([report([6], 1, 1), report([70], 1, 1), report([4], 1, 1)], null);
  assert.equal(ratioOf(theirs, ours), 2);
  const pairs = measuredCell([report([2.1, 2.4], 1, 1, [2, 2]), report([3.3], 1, 1, [3])], null);
  assert.ok(Math.abs(pairs.overheadPercent! - 10) < 1e-9);
});

test("baseline and run take turns; warm-up runs do not count; what comes after a run is not timed", async () => {
  const calls: string[] = [];
  const job: Job = {
    run: async () => void calls.push("run"),
    baseline: async () => void calls.push("baseline"),
    after: async () => void calls.push("after"),
    check: async () => new Map(),
  };
  let heard = 0;
  const timing = await measure(job, { warmups: 2, seconds: 0, runs: 3 }, () => heard++);
  // No seconds to measure for: patience is over after one pair.
  assert.deepEqual([timing.seconds.length, timing.baseline.length, heard], [1, 1, 6]);
  assert.deepEqual(calls.slice(0, 4), ["baseline", "after", "run", "after"]);
  const longer = await measure(
    { ...job, run: () => new Promise((done) => setTimeout(done, 20)) },
    { warmups: 0, seconds: 0.05, runs: 3 },
    () => undefined,
  );
  assert.ok(longer.seconds.length >= 3 && longer.seconds.length === longer.baseline.length);
  assert.ok(longer.seconds.every((seconds) => seconds >= 0.019));
});

test("operations are those of the matrix products", () => {
  const work = (id: string) => benchRows().find((row) => row.id === id)!.work;
  const gigas = (id: string): number => flopsOf(work(id))! / 1e9;
  assert.equal(flopsOf(work("matmul")), 2 * 1576 * 768 * 3072);
  // ViT-B/16 at 224 is known as 17.6 G multiplications and additions a frame, ViT-B/32 as 4.4.
  assert.ok(Math.abs(gigas("tower-b16") / 8 / 2 - 17.6) < 0.2);
  assert.ok(Math.abs(gigas("tower-b32") / 8 / 2 - 4.4) < 0.1);
  assert.ok(Math.abs(gigas("finetune-b32") - 3 * (2 * gigas("tower-b32") + gigas("text"))) < 1e-6);
  assert.equal(flopsOf(work("kernel")), null);
});

test("targets are met, missed, or not measured", () => {
  const rows = benchRows().filter(({ id }) => ["tower-b32", "text", "head-step", "cost-b16"].includes(id));
  const result = (id: string, ratio: number | null, overheadPercent: number | null = null): RowResult => ({
    ...{ id, title: id, flops: null, reference: "torch", tolerance: 1, agreement: {} },
    cells: { cpu: { ...measuredCell([report([1], 1, 1)], null), overheadPercent } },
    ratios: ratio === null ? {} : { cpu: ratio },
    gpuRatios: id === "text" ? { webgpu: 0.4 } : {},
  });
  const results = [
    result("tower-b32", 1.61),
    result("text", 1.29),
    result("head-step", null),
    result("cost-b16", null, 5.1),
  ];
  assert.deepEqual(
    targetsOf(rows, results, 0.5).map(({ row, value, met, wanted }) => [row, value, met, wanted]),
    [
      ["tower-b32", 1.61, true, ">= 1.6"],
      ["text", 1.29, false, ">= 1.3"],
      ["text", 0.4, false, ">= 0.5"],
      ["head-step", null, null, ">= 1"],
      ["cost-b16", 5.1, false, "<= 5"],
    ],
  );
});

test("passes: only some, all but some, none", () => {
  assert.deepEqual(passesOf(["gemm-scale", "attention"]), ["attention", "gemm-scale"]);
  assert.deepEqual(
    passesOf(["-gemm-scale"]),
    PASS_NAMES.filter((name) => name !== "gemm-scale"),
  );
  assert.deepEqual(passesOf(["none"]), []);
});

test("outputs are compared tensor by tensor, each against its own size", async () => {
  const tensor = (...data: number[]): HostTensor => ({
    dtype: "F32",
    shape: [data.length],
    data: Float32Array.from(data),
  });
  const write = async (name: string, tensors: Record<string, HostTensor>): Promise<string> => {
    const file = path.join(folder, name);
    await writeSafetensors(file, new Map(Object.entries(tensors)));
    return file;
  };
  const reference = await write("reference", { large: tensor(100, -200, 5), small: tensor(0.5, 0.25) });
  const problemOf = async (tensors: Record<string, HostTensor>): Promise<string | null> =>
    (await compareOutputs(reference, await write("other", tensors), 0.01)).problem;
  const large = tensor(101, -200, 5);
  const small = tensor(0.5, 0.25);
  const {
    ok,
    maxAbs,
    tensor: where,
    scale,
    values,
  } = await compareOutputs(reference, await write("near", { large, small: tensor(0.504, 0.25) }), 0.01);
  assert.deepEqual([ok, maxAbs, where, scale, values], [true, 1, "large", 200, 5]);
  assert.match((await problemOf({ large, small: tensor(0.51, 0.25) }))!, /^"small" differs by 2\.0e-2/);
  assert.match((await problemOf({ large: tensor(Number.NaN, -200, 5), small }))!, /^"large" differs by 9\.0e\+305/);
  assert.equal(await problemOf({ large }), '"small" is missing');
  assert.equal(await problemOf({ large: tensor(1, 2), small }), '"large" has 2 values instead of 3');
  assert.equal(await problemOf({ large, small, more: small }), '"more" is one too many');
});
