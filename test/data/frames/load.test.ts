import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type LoadedClip, loadClip, loadClips } from "vghif/dist/data/frames/load.js";
import { frameOf } from "vghif/dist/data/frames/rgb.js";
import { applyTransform, threeCropTransform, videoTransform } from "vghif/dist/data/frames/transforms.js";
import { readFrames } from "vghif/dist/data/video/decode.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { numbered, numberOf, temporaryFolder } from "../video/pictures.js";

const FORMAT = { width: 62, height: 46, fps: 12, codec: "mpeg4" } as const;

test("a clip is its segment centres, transformed", async (t) => {
  const file = path.join(temporaryFolder(t), "x.avi");
  await writeVideo(file, FORMAT, numbered(62, 46, 13));
  const transform = videoTransform(29);
  const clip = await loadClip(file, { frames: 5, transform });
  assert.deepEqual([clip.frameCount, clip.indices], [13, [1, 3, 6, 9, 11]]);
  const frames = await readFrames(file, { indices: () => [1, 3, 6, 9, 11] });
  assert.deepEqual(
    [0, 1, 2, 3, 4].map((i) => numberOf(frameOf(frames, i))),
    [1, 3, 6, 9, 11],
  );
  assert.deepEqual(clip.pixels, applyTransform(frames, transform));
  const views = await loadClip(file, { frames: 5, transform: threeCropTransform(29) });
  assert.equal(views.pixels.length, 3 * 5 * 3 * 29 * 29);
});

async function collect(clips: AsyncIterable<LoadedClip>): Promise<LoadedClip[]> {
  const all: LoadedClip[] = [];
  for await (const clip of clips) all.push(clip);
  return all;
}

test("clips come in the given order whatever the concurrency; an unreadable one is an error in its place", async (t) => {
  const root = temporaryFolder(t);
  const counts = [31, 2, 17, 1, 23, 3, 11];
  const samples = counts.map((count, label) => ({ path: `${count}.avi`, label }));
  for (const count of counts) await writeVideo(path.join(root, `${count}.avi`), FORMAT, numbered(62, 46, count));
  writeFileSync(path.join(root, "17.avi"), "not a video");
  const options = { frames: 3, transform: videoTransform(13) };
  const one = await collect(loadClips(root, samples, { ...options, workers: 0, ahead: 1 }));
  assert.deepEqual(
    one.map((clip) => ("error" in clip ? "error" : clip.frameCount)),
    [31, 2, "error", 1, 23, 3, 11],
  );
  assert.match((one[2] as { error: string }).error, /17\.avi: FFmpeg finds no video in it/);
  for (const workers of [0, 1, 2, 4]) {
    assert.deepEqual(await collect(loadClips(root, samples, { ...options, workers })), one);
  }
  assert.deepEqual(await collect(loadClips(root, [], options)), []);
});

test("loading stops with the consumer, or with the signal's reason", async (t) => {
  const root = temporaryFolder(t);
  await writeVideo(path.join(root, "x.avi"), FORMAT, numbered(62, 46, 7));
  const samples = Array.from({ length: 1000 }, () => ({ path: "x.avi", label: 0 }));
  const stop = new AbortController();
  const options = { frames: 3, transform: videoTransform(13), workers: 2 };
  for await (const clip of loadClips(root, samples, options)) {
    assert.ok("pixels" in clip);
    break;
  }
  let seen = 0;
  await assert.rejects(async () => {
    for await (const _ of loadClips(root, samples, { ...options, signal: stop.signal })) {
      if (++seen === 5) stop.abort(new Error("stopped by hand"));
    }
  }, /stopped by hand/);
  assert.equal(seen, 5);
  await assert.rejects(collect(loadClips(root, samples, { ...options, workers: -1 })), RangeError);
});
