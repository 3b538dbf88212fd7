import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import type { Sample } from "vghif/dist/data/types.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type PixelOptions, pixelSource } from "vghif/dist/experiments/pixel-source.js";
import { disposeBatch } from "vghif/dist/experiments/videos.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { CLIP_SIZES } from "vghif/dist/models/clip-config.js";
import type { Tensor } from "vghif/dist/nn/array.js";

const SIZE = 16;
const FRAMES = 3;
const CONFIG = {
  backbone: clipBackbone({ ...CLIP_SIZES["ViT-B/32"], imageResolution: SIZE, patchSize: 8 }),
  vghif: null,
};
const LENGTH = FRAMES * 3 * SIZE * SIZE;

/** 23 videos of 3 classes; those at 4, 7 and 22 are broken. */
async function made(t: TestContext): Promise<{ root: string; samples: Sample[] }> {
  const root = mkdtempSync(path.join(tmpdir(), "vghif pixels "));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  const samples = Array.from({ length: 23 }, (_, at) => ({ path: `${at}.avi`, label: at % 3 }));
  for (const [at, { path: name }] of samples.entries()) {
    const file = path.join(root, name);
    const picture = new Uint8Array(38 * 34 * 3).map((_, byte) => (byte * (at + 3)) % 251);
    if ([4, 7, 22].includes(at)) writeFileSync(file, "no video");
    else await writeVideo(file, { width: 38, height: 34, fps: 10, codec: "mpeg4" }, Array(5 + at).fill(picture));
  }
  return { root, samples };
}

/** Which videos a batch holds, by their pixels, and its labels. */
async function namesOf(root: string, samples: readonly Sample[]): Promise<(pixels: Float32Array) => string[]> {
  const known = new Map<string, string>();
  for (const { path: name } of samples) {
    const options = { frames: FRAMES, transform: videoTransform(SIZE) };
    const clip = await loadClip(path.join(root, name), options).catch(() => null);
    if (clip) known.set(clip.pixels.join(), name);
  }
  return (pixels) =>
    Array.from(
      { length: pixels.length / LENGTH },
      (_, row) => known.get(pixels.subarray(row * LENGTH, (row + 1) * LENGTH).join())!,
    );
}

test("unreadable videos are left out beforehand, or replaced when their turn comes", async (t) => {
  await startEngine();
  const { root, samples } = await made(t);
  const names = await namesOf(root, samples);
  const run = async (options: Partial<PixelOptions>, places: readonly number[], announced: boolean) => {
    const source = await pixelSource(CONFIG, root, samples, { frames: FRAMES, ...options });
    try {
      const before = source.skipped.length;
      if (announced) source.upcoming?.(places.map((place) => ({ place, epoch: 0 })));
      const batch = await source.batch(places);
      const held = names((await (batch.video as Tensor).data()) as Float32Array);
      const labels = [...(await batch.labels.data())];
      disposeBatch(batch);
      return { held, labels, before, skipped: source.skipped, count: source.samples.length };
    } finally {
      await source.close?.();
    }
  };
  const left = await run({}, [3, 4, 5, 19], false);
  assert.equal(left.count, 20);
  assert.deepEqual(left.held, ["3.avi", "5.avi", "6.avi", "21.avi"]);
  assert.deepEqual(left.labels, [0, 2, 0, 0]);
  assert.deepEqual(
    left.skipped.map(({ path: name, replacedBy }) => [name, replacedBy]),
    [
      ["4.avi", undefined],
      ["7.avi", undefined],
      ["22.avi", undefined],
    ],
  );
  for (const announced of [false, true]) {
    const replaced = await run({ replaceable: samples.slice(0, 10) }, [3, 4, 7, 9, 5], announced);
    assert.equal(replaced.count, 22, "the last one, which is scored, is left out");
    assert.equal(replaced.before, 1);
    // Of class 1: 1, 4, 7. Both that are broken are replaced by the one that is whole.
    assert.deepEqual(replaced.held, ["3.avi", "1.avi", "1.avi", "9.avi", "5.avi"]);
    assert.deepEqual(replaced.labels, [0, 1, 1, 0, 2]);
    assert.deepEqual(
      new Map(replaced.skipped.map(({ path: name, replacedBy }) => [name, replacedBy])),
      new Map([
        ["22.avi", undefined],
        ["4.avi", "1.avi"],
        ["7.avi", "1.avi"],
      ]),
    );
  }
});
