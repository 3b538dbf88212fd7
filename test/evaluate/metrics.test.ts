import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { perClassTop1, topK, topLabels } from "vghif/dist/evaluate/metrics.js";

describe("metrics", () => {
  it("rank labels by score, ties to the lower label", () => {
    assert.deepEqual(topLabels([0.1, 0.7, 0.2, 0.7], 3), [1, 3, 2]);
    assert.deepEqual(topLabels(Float32Array.of(2, 1), 5), [0, 1]);
  });

  it("count hits among the first k, in percent, over all and by class", () => {
    const predictions = [
      { label: 0, best: [0, 1, 2] },
      { label: 0, best: [2, 0, 1] },
      { label: 2, best: [1, 0, 2] },
      { label: 2, best: [2, 1, 0] },
      { label: 2, best: [2, 0, 1] },
    ];
    assert.equal(topK(predictions, 1), 60);
    assert.equal(topK(predictions, 2), 80);
    assert.equal(topK(predictions, 3), 100);
    assert.deepEqual(perClassTop1(predictions, 3), [50, null, 200 / 3]);
    assert.ok(Number.isNaN(topK([], 1)));
  });
});
