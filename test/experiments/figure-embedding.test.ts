import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { principalPlane, silhouette } from "vghif/dist/evaluate/embedding-map.js";
import {
  EMBEDDING,
  type EmbeddingRecord,
  embeddingId,
  makeEmbedding,
  readEmbedding,
} from "vghif/dist/experiments/embedding-record.js";
import { figureEmbedding } from "vghif/dist/experiments/figure-embedding.js";
import { shownPair } from "vghif/dist/experiments/figures.js";
import { writeSide } from "vghif/dist/experiments/side-record.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { figureSvg } from "vghif/dist/experiments/svg.js";
import { exampleRecord, temporaryFolder } from "./example-runs.js";

test("principal plane: an ellipse turned in space comes back along its axes", async () => {
  // Directions (2, 1, 2)/3 and (-1, -2, 2)/3 are orthogonal; lengths 5 and 2.
  const angles = Array.from({ length: 11 }, (_, at) => (2 * Math.PI * at) / 11);
  const points = angles.map((angle) => {
    const [a, b] = [5 * Math.cos(angle), 2 * Math.sin(angle)];
    return [(2 * a - b) / 3 + 7, (a - 2 * b) / 3 - 1, (2 * a + 2 * b) / 3];
  });
  const { points: flat, explained } = await principalPlane(points);
  for (const [at, angle] of angles.entries()) {
    assert.ok(Math.abs(flat[at]![0] - 5 * Math.cos(angle)) < 1e-6, `${flat[at]}`);
    assert.ok(Math.abs(Math.abs(flat[at]![1]) - Math.abs(2 * Math.sin(angle))) < 1e-6, `${flat[at]}`);
  }
  assert.ok(Math.abs(explained[0] - 25 / 29) < 1e-9 && Math.abs(explained[1] - 4 / 29) < 1e-9);
  await assert.rejects(principalPlane([[1, 2]]), /a map needs/);
});

test("silhouette: by hand, and where it is not defined", () => {
  // Classes {0, 1} and {5, 8}: widths (6.5-1)/6.5, (5.5-1)/5.5, (4.5-3)/4.5, (7.5-3)/7.5.
  const expected = (5.5 / 6.5 + 4.5 / 5.5 + 1.5 / 4.5 + 4.5 / 7.5) / 4;
  assert.ok(Math.abs(silhouette([[0], [1], [5], [8]], [3, 3, 9, 9])! - expected) < 1e-12);
  assert.equal(silhouette([[0], [1]], [2, 2]), null);
  assert.equal(
    silhouette(
      [
        [0, 0],
        [3, 4],
      ],
      [0, 1],
    ),
    0,
  );
});

/** Two classes of two videos a side; the second side is wider. */
function example(): EmbeddingRecord {
  const specs = shownPair("smoke");
  const side = (wide: number) => ({
    videos: [
      ["a/1.mp4", 0, -wide, 0],
      ["a/2.mp4", 0, -wide, 0.25],
      ["b/1.mp4", 1, wide, 0],
      ["b/2.mp4", 1, wide, -0.25],
    ] as const,
    top1: 100 * wide,
    silhouette: wide / 2,
  });
  const run = exampleRecord(specs.baseline, 50);
  return {
    id: embeddingId(specs),
    specs,
    hashes: run.hashes,
    classes: ["falling", "rising"],
    explained: [0.81, 0.1],
    baseline: side(0.5),
    treatment: side(1),
  };
}

test("figure-embedding: two panels of one plane, a colour a class, separation in the titles", async () => {
  const figure = figureEmbedding(example());
  assert.deepEqual(
    figure.data.map(({ name, xaxis, x, showlegend }) => [name, xaxis, x[0], showlegend]),
    [
      ["falling", "x", -0.5, true],
      ["rising", "x", 0.5, true],
      ["falling", "x2", -1, false],
      ["rising", "x2", 1, false],
    ],
  );
  const { layout, alt } = figure;
  const square = [-1.08, 1.08];
  const { xaxis, yaxis, xaxis2, yaxis2 } = layout;
  assert.deepEqual([xaxis!.range, yaxis!.range, xaxis2!.range, yaxis2!.range], Array(4).fill(square));
  assert.match(layout.xaxis!.title.text, /component 1 \(81 % of variance\)/);
  assert.match(layout.annotations[1]!.text, /CLIP \+ VgHIF.*4 videos, top-1 100\.0 %, silhouette 0\.500/);
  assert.match(alt, /coloured by class \(falling, rising\).*Baseline: 4 videos, top-1 50\.0 %, silhouette 0\.250/);
  const svg = await figureSvg(figure);
  assert.equal((svg.match(/class="point"/g) ?? []).length, 8);
});

test("the record is read, not made again, as long as the runs are of the same data", async (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const record = example();
  const { specs } = record;
  assert.equal(readEmbedding(store, specs), null);
  writeSide(store, EMBEDDING, record);
  store.write(exampleRecord(specs.baseline, 50));
  assert.deepEqual(await makeEmbedding(store, specs), record);
  store.write({ ...exampleRecord(specs.treatment, 50), hashes: { weights: "others", manifest: "others" } });
  assert.equal(readEmbedding(store, specs), null);
});
