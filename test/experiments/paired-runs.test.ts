import assert from "node:assert/strict";
import { test } from "node:test";
import { pairRuns } from "vghif/dist/experiments/paired-runs.js";
import type { RunRecord } from "vghif/dist/experiments/record.js";
import { EXAMPLE_TABLE, exampleRecord } from "./example-runs.js";

type Prediction = RunRecord["predictions"][number];

function record(seed: number, predictions: readonly Prediction[], n = predictions.length): RunRecord {
  const { rows, columns } = EXAMPLE_TABLE;
  const made = exampleRecord(EXAMPLE_TABLE.spec(rows.clip, columns["hmdb51-k2"]!, seed, "smoke"), 10 * (seed + 1));
  return { ...made, predictions, final: { ...made.final, top5: 77, n } };
}

const BASE: readonly Prediction[] = [
  ["c.mp4", 2, [2, 0, 1]], // right
  ["a.mp4", 0, [1, 0, 2]], // wrong, among the best
  ["b.mp4", 1, [1, 2, 0]], // right
];
const TREATED: readonly Prediction[] = [
  ["a.mp4", 0, [0, 1, 2]], // right
  ["b.mp4", 1, [2, 0, 3]], // wrong, not among the best
  ["c.mp4", 2, [2, 1, 0]], // right
];

test("runs pair by seed, videos by path, in the order of paths: gains of top-1 and of top-5", () => {
  const [first, ...none] = pairRuns("top1", [record(3, []), record(1, BASE)], [record(1, TREATED), record(2, TREATED)]);
  assert.equal(none.length, 0, "seeds 2 and 3 have one side alone");
  assert.deepEqual([first!.seed, first!.baseline, first!.treatment], [1, 20, 20]);
  assert.deepEqual([...first!.videos!.gains], [1, -1, 0]);
  assert.equal(first!.videos!.set, "hmdb-like\na.mp4\nb.mp4\nc.mp4");
  const [top5] = pairRuns("top5", [record(1, BASE)], [record(1, TREATED)]);
  assert.deepEqual([top5!.baseline, [...top5!.videos!.gains]], [77, [0, -1, 0]]);
});

test("videos do not pair where the sides differ, a video is twice, or not every scored one is there", () => {
  const videosOf = (base: RunRecord, treated: RunRecord) => pairRuns("top1", [base], [treated])[0]!.videos;
  const [, ...fewer] = TREATED;
  assert.equal(videosOf(record(1, BASE), record(1, fewer)), null);
  assert.equal(videosOf(record(1, BASE), record(1, [["d.mp4", 0, [0]], ...fewer])), null);
  assert.equal(videosOf(record(1, BASE), record(1, [fewer[0]!, ...fewer])), null);
  assert.equal(videosOf(record(1, BASE, 127), record(1, TREATED, 127)), null);
  assert.equal(videosOf(record(1, []), record(1, [])), null);
});
