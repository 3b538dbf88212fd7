import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  multiViewDraws,
  multiViewOrder,
  segmentCentres,
  segmentDraws,
  segmentLength,
  uniformCentres,
} from "vghif/dist/data/frames/sampling.js";
import { absent, sharedDir } from "../../shared.js";

interface Case {
  readonly N: number;
  readonly T: number;
  readonly indices: number[];
}
interface RandomCase extends Case {
  readonly multiview: number;
  readonly avg_interval: number;
  readonly random_offsets: number[][];
}
interface Goldens {
  readonly test_mode: Case[];
  readonly frame_uniform_sthv2_test_mode: Case[];
  readonly train_mode_single_view: RandomCase[];
  readonly multiview_4_clips: RandomCase[];
  readonly multiview_order_T8: object[];
}

test("centres of segments, by hand", () => {
  assert.deepEqual(segmentCentres(13, 5), [1, 3, 6, 9, 11]); // 1.3, 3.9, 6.5, 9.1, 11.7
  assert.deepEqual(segmentCentres(2, 5), [0, 0, 1, 1, 1]);
  assert.deepEqual(segmentCentres(1, 3), [0, 0, 0]);
});

test("training draws one frame a segment, and spreads a short video evenly", () => {
  assert.equal(segmentLength(13, 5), 2);
  assert.deepEqual(segmentDraws(13, 5, [1, 0, 1, 1, 0]), [1, 2, 5, 7, 8]);
  assert.deepEqual(segmentDraws(3, 5, []), [0, 1, 1, 2, 2]); // 0, 0.6, 1.2, 1.8, 2.4
  assert.deepEqual(segmentDraws(5, 10, []), [0, 0, 1, 2, 2, 2, 3, 4, 4, 4]); // 0.5 and 2.5 fall to the even 0 and 2
});

test("wrong offsets and empty videos are refused", () => {
  assert.throws(() => segmentDraws(13, 5, [1, 0, 2, 1, 0]), /offset 2 .* is 2; expected an integer from 0 to 1/);
  assert.throws(() => segmentDraws(13, 5, [0, 0]), RangeError);
  assert.throws(() => segmentCentres(0, 8), /0 frames/);
  assert.throws(() => uniformCentres(5, 0), RangeError);
});

test("views run crop by crop, clip by clip", () => {
  const views = multiViewOrder(8, 4);
  assert.equal(views.length, 12);
  assert.deepEqual(views[6], { n: 6, crop: "right/bottom", clip: 2, first: 48, last: 55 });
});

test("every index rule equals the official code", (t) => {
  const file = sharedDir("goldens/frame_sampling.json");
  if (!file) return t.skip(absent("goldens/frame_sampling.json"));
  const goldens = JSON.parse(readFileSync(file, "utf8")) as Goldens;
  for (const { N, T, indices } of goldens.test_mode) assert.deepEqual(segmentCentres(N, T), indices, `${N} ${T}`);
  for (const { N, T, indices } of goldens.frame_uniform_sthv2_test_mode) {
    assert.deepEqual(uniformCentres(N, T), indices, `${N} ${T}`);
  }
  for (const { N, T, indices, avg_interval, random_offsets } of goldens.train_mode_single_view) {
    assert.equal(segmentLength(N, T), avg_interval);
    assert.deepEqual(segmentDraws(N, T, random_offsets[0] ?? []), indices, `${N} ${T}`);
  }
  for (const { N, T, indices, multiview, random_offsets } of goldens.multiview_4_clips) {
    const offsets = random_offsets.length > 0 ? random_offsets : Array.from({ length: multiview }, () => []);
    assert.deepEqual(multiViewDraws(N, T, offsets), indices, `${N} ${T}`);
  }
  assert.deepEqual(multiViewOrder(8, 4), goldens.multiview_order_T8);
});
