import assert from "node:assert/strict";
import { test } from "node:test";
import { topLabels } from "vghif/dist/evaluate/metrics.js";
import { addSoftmax } from "vghif/dist/evaluate/softmax-sum.js";

/** exp(x) / sum of exp, without care for large numbers. */
function naive(row: readonly number[]): number[] {
  const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
  return row.map((x) => Math.exp(x) / total);
}

test("the softmax of the views is summed", () => {
  const views = [
    [1.5, -2, 0.25, 7, 3],
    [-1, -1.5, 11, 2, 4],
    [0, 5, -3, 0.5, 6.5],
  ];
  const sum = new Float64Array(5);
  for (const view of views) addSoftmax(sum, view);
  for (const [k, value] of sum.entries()) {
    const expected = views.reduce((total, view) => total + naive(view)[k]!, 0);
    assert.ok(Math.abs(value - expected) < 1e-15, `${k}: ${value}, not ${expected}`);
  }
});

test("it is no mean of logits: one sure view does not outvote two", () => {
  const sum = new Float64Array(2);
  for (const view of [
    [100, 0],
    [0, 2],
    [0, 2],
  ])
    addSoftmax(sum, view);
  assert.deepEqual(topLabels(sum, 1), [1]); // 1 + 0.119 + 0.119 against 0 + 0.881 + 0.881
});

test("large scores do not overflow", () => {
  const sum = new Float64Array(2);
  addSoftmax(sum, [10_000, 10_000 - Math.log(3)]);
  assert.ok(Math.abs(sum[0]! - 0.75) < 1e-9 && Math.abs(sum[1]! - 0.25) < 1e-9, `${sum}`);
});
