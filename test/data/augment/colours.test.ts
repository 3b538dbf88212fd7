import assert from "node:assert/strict";
import { test } from "node:test";
import { applyJitter, drawJitter } from "vghif/dist/data/augment/color-jitter.js";
import { adjustBrightness, adjustContrast, adjustSaturation } from "vghif/dist/data/augment/enhance.js";
import { grayPixels, luma, meanLuma } from "vghif/dist/data/augment/gray.js";
import { adjustHue, hueSteps } from "vghif/dist/data/augment/hue.js";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { random } from "vghif/dist/data/random.js";
import { counts, madeUpFrames, unfairness } from "./pictures.js";

/** The pixels after an adjustment. */
function after(pixels: readonly number[], change: (data: Uint8Array) => void): number[] {
  const data = Uint8Array.from(pixels);
  change(data);
  return [...data];
}

test("luma, by hand: 0.299, 0.587 and 0.114, rounded; the mean's half goes up", () => {
  assert.deepEqual([luma(255, 0, 0), luma(0, 255, 0), luma(0, 0, 255), luma(255, 255, 255)], [76, 150, 29, 255]);
  assert.equal(luma(10, 20, 30), 18); // 2.99 + 11.74 + 3.42 = 18.15
  assert.deepEqual(after([255, 0, 0, 10, 20, 30], grayPixels), [76, 76, 76, 18, 18, 18]);
  assert.equal(meanLuma(Uint8Array.of(7, 7, 7, 8, 8, 8)), 8);
});

test("brightness, contrast and saturation, by hand: cut to a level, clipped at the ends", () => {
  assert.deepEqual(
    after([100, 201, 0], (data) => adjustBrightness(data, 0.75)),
    [75, 150, 0],
  );
  assert.deepEqual(
    after([100, 201, 0], (data) => adjustBrightness(data, 1.3)),
    [130, 255, 0],
  );
  // Mean luma of 10 and 201: 105.5, so 106.
  const two = [10, 10, 10, 201, 201, 201];
  assert.deepEqual(
    after(two, (data) => adjustContrast(data, 0.5)),
    [58, 58, 58, 153, 153, 153],
  );
  assert.deepEqual(
    after(two, (data) => adjustContrast(data, 1.25)),
    [0, 0, 0, 224, 224, 224],
  );
  // Luma of (200, 100, 50): 59.8 + 58.7 + 5.7 = 124.2.
  assert.deepEqual(
    after([200, 100, 50], (data) => adjustSaturation(data, 0)),
    [124, 124, 124],
  );
  assert.deepEqual(
    after([200, 100, 50], (data) => adjustSaturation(data, 1.5)),
    [238, 88, 13],
  );
  const any = [...madeUpFrames(1, 5, 3).data];
  for (const change of [adjustBrightness, adjustContrast, adjustSaturation]) {
    assert.deepEqual(
      after(any, (data) => change(data, 1)),
      any,
    );
  }
});

test("hue: a third of the wheel moves the pure colours on; grays have none; steps are cut towards 0", () => {
  assert.deepEqual([0, 0.1, -0.1, 0.5, -0.5].map(hueSteps), [0, 25, 231, 127, 129]);
  const pure = [255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90];
  assert.deepEqual(
    after(pure, (data) => adjustHue(data, 85)),
    [0, 255, 0, 0, 0, 255, 255, 0, 0, 90, 90, 90],
  );
  // Through 8-bit HSV and back without a turn: (201, 99, 50) has hue 49 / 151 / 6 (13.79, cut to 13) and saturation 151 / 201
  // (191.57, cut to 191). Then 13 * 6 / 255 = 0.306, and green is 201 * (1 - 191 / 255 * 0.694) = 96.50, just below the half.
  assert.deepEqual(
    after([201, 99, 50], (data) => adjustHue(data, 0)),
    [201, 96, 50],
  );
});

test("jitter: factors fill their ranges evenly, all 24 orders come up, a range of 0 is left alone", () => {
  const { jitter } = OFFICIAL_AUGMENTATION;
  const stream = random("jitter");
  const draws = Array.from({ length: 4800 }, () => drawJitter(stream, jitter));
  assert.ok(unfairness(counts(draws.map(({ order }) => order)), 24) < 4);
  const ranges = { brightness: [0.6, 1.4], contrast: [0.6, 1.4], saturation: [0.8, 1.2], hue: [-0.1, 0.1] } as const;
  for (const [quality, [low, high]] of Object.entries(ranges)) {
    const tenths = draws.map(({ factors }) => {
      const factor = factors[quality as keyof typeof ranges];
      assert.equal(factor, Math.fround(factor));
      return Math.floor((10 * (factor - low)) / (high - low));
    });
    assert.ok(unfairness(counts(tenths), 10) < 4, `${quality}: ${JSON.stringify([...counts(tenths)])}`);
  }
  const still = drawJitter(stream, { ...jitter, hue: 0, contrast: 0 });
  assert.deepEqual([...still.order].sort(), ["brightness", "saturation"]);
  assert.equal(drawJitter(stream, { ...jitter, brightness: 3 }).factors.brightness >= 0, true);
});

test("a jitter changes one quality after the other, in its order", () => {
  const factors = { brightness: 1.3, contrast: 0.7, saturation: 1.1, hue: -0.05 };
  const pixels = [...madeUpFrames(1, 7, 3).data];
  const byHand = after(pixels, (data) => {
    adjustHue(data, hueSteps(-0.05));
    adjustContrast(data, 0.7);
    adjustBrightness(data, 1.3);
    adjustSaturation(data, 1.1);
  });
  assert.deepEqual(
    after(pixels, (data) => applyJitter(data, { order: ["hue", "contrast", "brightness", "saturation"], factors })),
    byHand,
  );
  assert.notDeepEqual(
    after(pixels, (data) => applyJitter(data, { order: ["brightness", "contrast", "hue", "saturation"], factors })),
    byHand,
  );
});
