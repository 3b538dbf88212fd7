import assert from "node:assert/strict";
import { test } from "node:test";
import { cropPlaces, cropSizes, drawCrop } from "vghif/dist/data/augment/multi-scale-crop.js";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { random } from "vghif/dist/data/random.js";
import { counts, unfairness } from "./pictures.js";

const { crop: OFFICIAL } = OFFICIAL_AUGMENTATION;
const PICTURE = { width: 341, height: 256 };

test("sizes at 256 x 224: 256, 224, 192, 168, next to each other at most", () => {
  const sizes = cropSizes(PICTURE, 224, OFFICIAL);
  assert.deepEqual(
    sizes.map(({ width, height }) => [width, height]),
    [
      [256, 256],
      [224, 256],
      [256, 224],
      [224, 224],
      [192, 224],
      [224, 192],
      [192, 192],
      [168, 192],
      [192, 168],
      [168, 168],
    ],
  );
  assert.equal(cropSizes(PICTURE, 224, { ...OFFICIAL, maxGap: 0 }).length, 4);
  assert.equal(cropSizes(PICTURE, 224, { ...OFFICIAL, maxGap: 3 }).length, 16);
});

test("a side within 2 pixels of the input becomes the input", () => {
  // 0.875 * 73 = 63.875, cut to 63: beside 64. 0.66 * 73 = 48.18.
  const sides = (input: number): number[] =>
    cropSizes({ width: 98, height: 73 }, input, { ...OFFICIAL, maxGap: 0 }).map(({ width }) => width);
  assert.deepEqual(sides(64), [73, 64, 54, 48]);
  assert.deepEqual(sides(65), [73, 65, 54, 48]);
  assert.deepEqual(sides(66), [73, 63, 54, 48]);
});

test("places by hand: corners, middle, then the sides' middles and the quarters; rests of a quarter stay free", () => {
  // 341 - 224 = 117: quarters of 29 pixels, the right edge at 116. 256 - 192 = 64: quarters of 16.
  const places = cropPlaces(PICTURE, { width: 224, height: 192 }, 13).map(({ left, top }) => [left, top]);
  assert.deepEqual(places, [
    [0, 0],
    [116, 0],
    [0, 64],
    [116, 64],
    [58, 32],
    [0, 32],
    [116, 32],
    [58, 64],
    [58, 0],
    [29, 16],
    [87, 16],
    [29, 48],
    [87, 48],
  ]);
  assert.deepEqual(
    cropPlaces(PICTURE, { width: 224, height: 192 }, 5).map(({ left, top }) => [left, top]),
    places.slice(0, 5),
  );
});

test("every size and every place comes up equally often, and lies inside the picture", () => {
  const stream = random("crops");
  for (const [places, options] of [
    [5, 50],
    [13, 130],
  ] as const) {
    const picture = { width: 377, height: 256 };
    const spec = { ...OFFICIAL, places };
    const drawn = Array.from({ length: options * 100 }, () => drawCrop(stream, picture, 224, spec));
    // Of the full height, some places are the same: chances by size and place together are counted where all differ.
    const sizes = counts(drawn.map(({ width, height }) => [width, height]));
    assert.ok(unfairness(sizes, 10) < 4, JSON.stringify([...sizes]));
    const small = drawn.filter(({ width, height }) => width === 192 && height === 192);
    assert.ok(unfairness(counts(small), places) < 4);
    for (const { left, top, width, height } of drawn) {
      assert.ok(left >= 0 && top >= 0 && left + width <= picture.width && top + height <= picture.height);
    }
  }
  const anywhere = Array.from({ length: 3000 }, () =>
    drawCrop(stream, { width: 11, height: 13 }, 99, { scales: [0.9], maxGap: 1, places: "any" }),
  );
  // A side of 9: left 0 to 2, top 0 to 4.
  assert.ok(unfairness(counts(anywhere), 15) < 4);
});
