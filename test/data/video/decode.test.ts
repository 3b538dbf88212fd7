import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { frameOf } from "vghif/dist/data/frames/rgb.js";
import { probeVideo, readFrames } from "vghif/dist/data/video/decode.js";
import { type VideoFormat, writeVideo } from "vghif/dist/data/video/encode.js";
import { numbered, numberOf, redCorner, temporaryFolder } from "./pictures.js";

const every = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

const FILES: readonly [name: string, format: VideoFormat, frames: number, codec: string][] = [
  ["h264.mp4", { width: 62, height: 46, fps: 12, codec: "h264" }, 31, "h264"],
  ["h264.mkv", { width: 62, height: 46, fps: 25, codec: "h264", gop: 5 }, 29, "h264"],
  ["mpeg4.avi", { width: 61, height: 47, fps: 29.97, codec: "mpeg4" }, 23, "mpeg4"],
  ["mpeg4.mp4", { width: 61, height: 47, fps: 10, codec: "mpeg4", bitrate: 300_000 }, 19, "mpeg4"],
  ["vp9.webm", { width: 61, height: 47, fps: 10, codec: "vp9" }, 17, "vp9"],
  ["mpeg1.mpg", { width: 64, height: 48, fps: 25, codec: "mpeg1video" }, 13, "mpeg1video"],
  ["one.mp4", { width: 62, height: 46, fps: 12, codec: "h264" }, 1, "h264"],
  ["one.avi", { width: 62, height: 46, fps: 12, codec: "mpeg4" }, 1, "mpeg4"],
  ["one.webm", { width: 62, height: 46, fps: 12, codec: "vp9" }, 1, "vp9"],
  ["variable.mp4", { width: 62, height: 46, fps: 12, codec: "h264", time: (i) => i * i }, 21, "h264"],
  ["variable.mkv", { width: 62, height: 46, fps: 12, codec: "h264", time: (i) => 3 * i + (i % 2) }, 21, "h264"],
];

for (const [name, format, count, codec] of FILES) {
  test(`${name}: every frame in the order shown, ${count} in all`, async (t) => {
    const file = path.join(temporaryFolder(t), name);
    await writeVideo(file, format, numbered(format.width, format.height, count));
    const info = await probeVideo(file);
    assert.deepEqual(
      [info.frames, info.width, info.height, info.rotation, info.codec],
      [count, format.width, format.height, 0, codec],
    );
    if (!format.time) assert.ok(Math.abs(info.fps! - format.fps) < 0.01, `${info.fps} fps`);
    const all = await readFrames(file, { indices: every });
    assert.deepEqual([all.count, all.frameCount, all.width, all.height], [count, count, format.width, format.height]);
    assert.deepEqual(
      every(count).map((i) => numberOf(frameOf(all, i))),
      every(count),
    );
    assert.equal(redCorner(frameOf(all, 0), all.width, all.height), "top left");
  });
}

test("wanted frames may repeat and come in any order; they equal those of a full read", async (t) => {
  const file = path.join(temporaryFolder(t), "x.mkv");
  await writeVideo(file, { width: 38, height: 34, fps: 10, codec: "h264", gop: 7 }, numbered(38, 34, 37));
  const all = await readFrames(file, { indices: every });
  const some = await readFrames(file, { indices: (count) => [count - 1, 3, 3, 0, count >> 1] });
  assert.deepEqual(some.indices, [36, 3, 3, 0, 18]);
  for (const [at, index] of some.indices.entries()) assert.deepEqual(frameOf(some, at), frameOf(all, index));
});

test("frames that the guess did not keep are read in a second pass", async (t) => {
  const file = path.join(temporaryFolder(t), "x.avi");
  await writeVideo(file, { width: 38, height: 34, fps: 10, codec: "mpeg4", gop: 1 }, numbered(38, 34, 17));
  // Six pictures without their start code do not decode: the number of packets is no near guess any more.
  const bytes = readFileSync(file);
  const lost = [2, 3, 4, 8, 9, 10];
  let at = bytes.indexOf("movi");
  for (let packet = 0; packet < 17; packet++) {
    at = bytes.indexOf("00dc", at + 4);
    if (lost.includes(packet)) bytes.fill(0, at + 8, at + 8 + bytes.readUInt32LE(at + 4));
  }
  writeFileSync(file, bytes);
  assert.equal((await probeVideo(file)).frames, 11);
  const read = await readFrames(file, { indices: (count) => (count === 11 ? [10, 2, 5] : [0]) });
  assert.equal(read.frameCount, 11);
  assert.deepEqual(
    [0, 1, 2].map((place) => numberOf(frameOf(read, place))),
    [16, 5, 11],
  );
});

test("an index beyond the video is the caller's mistake", async (t) => {
  const file = path.join(temporaryFolder(t), "x.avi");
  await writeVideo(file, { width: 38, height: 34, fps: 10, codec: "mpeg4" }, numbered(38, 34, 11));
  await assert.rejects(readFrames(file, { indices: () => [11] }), /frame 11 does not exist in a video of 11 frames/);
  await assert.rejects(readFrames(file, { indices: () => [] }), RangeError);
});

for (const [rotation, corner] of [
  [90, "top right"],
  [180, "bottom right"],
  [270, "bottom left"],
] as const) {
  for (const name of ["turned.mp4", "turned.mkv"]) {
    test(`${name} asks for ${rotation} degrees and is shown so`, async (t) => {
      const file = path.join(temporaryFolder(t), name);
      await writeVideo(file, { width: 62, height: 38, fps: 10, codec: "h264", rotation }, numbered(62, 38, 7));
      const info = await probeVideo(file);
      const shown = rotation === 180 ? [62, 38] : [38, 62];
      assert.deepEqual([info.rotation, info.width, info.height], [rotation, ...shown]);
      const { width, height, ...rest } = await readFrames(file, { indices: () => [4] });
      assert.deepEqual([width, height], shown);
      assert.equal(redCorner(rest.data, width, height), corner);
      assert.equal(numberOf(rest.data), 4);
    });
  }
}

test("decoding leaves the event loop free and stops on abort", async (t) => {
  const file = path.join(temporaryFolder(t), "x.mp4");
  await writeVideo(file, { width: 320, height: 240, fps: 10, codec: "h264" }, numbered(320, 240, 40));
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  await probeVideo(file);
  clearInterval(timer);
  assert.ok(turns >= 2, `${turns} turns`);
  await assert.rejects(probeVideo(file, AbortSignal.abort(new Error("enough"))), /enough/);
});
