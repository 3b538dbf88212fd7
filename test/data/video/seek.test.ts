/** Frames found by seeking equal those of a full decode, over clips made to be awkward and over real ones. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { readFrames } from "vghif/dist/data/video/decode.js";
import { type VideoFormat, writeVideo } from "vghif/dist/data/video/encode.js";
import { decodedFrames } from "vghif/dist/data/video/frames.js";
import { withVideo } from "vghif/dist/data/video/open.js";
import { listPackets } from "vghif/dist/data/video/packets.js";
import { runsOf } from "vghif/dist/data/video/seek.js";
import { rgbConverter } from "vghif/dist/data/video/to-rgb.js";
import { absent, sharedDir } from "../../shared.js";
import { numbered, temporaryFolder } from "./pictures.js";

/** Every frame of the file, decoded from its beginning with nothing left out. */
function fullDecode(file: string): Promise<Buffer[]> {
  return withVideo(file, async (video) => {
    const frames: Buffer[] = [];
    let converter: ReturnType<typeof rgbConverter> | undefined;
    for await (const frame of decodedFrames(video)) {
      converter ??= rgbConverter(video, frame.width, frame.height);
      frames.push(Buffer.from(await converter.convert(frame)));
    }
    converter?.free();
    return frames;
  });
}

/** Whether the file's frames can be told from its packets, and the number of places where decoding may begin. */
function indexOf(file: string): Promise<{ exact: boolean; entries: number }> {
  return withVideo(file, async (video) => {
    const { index, free } = await listPackets(video);
    free();
    return { exact: index.exact, entries: index.entries.reduce((sum, one) => sum + one, 0) };
  });
}

/** Draws of 1 to 6 frames and two patterns that samplers give, all compared with the full decode. */
async function checkDraws(file: string, seed: number, draws: number): Promise<number> {
  const frames = await fullDecode(file);
  const stream = random(seed);
  const patterns: ((count: number) => number[])[] = [
    (count) => [count - 1],
    (count) => Array.from({ length: 8 }, (_, i) => Math.trunc((i * count) / 8 + count / 16)),
  ];
  for (let draw = 0; draw < draws; draw++) {
    const shares = Array.from({ length: 1 + stream.integer(6) }, () => stream.next());
    patterns.push((count) => shares.map((share) => Math.floor(share * count)));
  }
  for (const [at, indices] of patterns.entries()) {
    const read = await readFrames(file, { indices, blocking: at % 2 === 0 });
    assert.equal(read.frameCount, frames.length, file);
    const bytes = read.data.length / read.count;
    for (const [place, index] of read.indices.entries()) {
      const got = read.data.subarray(place * bytes, (place + 1) * bytes);
      assert.ok(frames[index]!.equals(got), `${file}: frame ${index} of draw ${at}`);
    }
  }
  return frames.length;
}

/** Pictures in which a bar moves, so that one frame taken for another shows. */
function moving(width: number, height: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, t) => {
    const picture = numbered(width, height, (t % 40) + 1).at(-1)!;
    const bar = t % (width - 12);
    for (let y = 0; y < 12; y++) picture.fill((37 * t) % 251, (y * width + bar) * 3, (y * width + bar + 12) * 3);
    return picture;
  });
}

const SIZE = { width: 62, height: 46, fps: 12 } as const;

const MADE: readonly [name: string, format: VideoFormat, frames: number, exact: boolean][] = [
  ["short.mp4", { ...SIZE, codec: "h264", gop: 5 }, 53, true],
  ["long.mp4", { ...SIZE, codec: "h264", gop: 250 }, 61, true],
  ["alone.mkv", { ...SIZE, codec: "h264", gop: 1 }, 17, true],
  ["b-frames.mkv", { ...SIZE, codec: "h264", gop: 13 }, 59, true],
  ["variable.mp4", { ...SIZE, codec: "h264", gop: 7, time: (i) => i * i }, 37, true],
  ["variable.mkv", { ...SIZE, codec: "h264", gop: 7, time: (i) => 3 * i + (i % 2) }, 37, true],
  ["h264.avi", { ...SIZE, codec: "h264", gop: 5 }, 31, false],
  ["mpeg4.avi", { ...SIZE, codec: "mpeg4" }, 31, false],
  ["mpeg4.mp4", { ...SIZE, codec: "mpeg4" }, 31, false],
  ["mpeg1.mpg", { width: 64, height: 48, fps: 25, codec: "mpeg1video" }, 29, false],
  ["vp9.webm", { ...SIZE, codec: "vp9" }, 29, false],
];

for (const [at, [name, format, count, exact]] of MADE.entries()) {
  test(`made clip ${name}`, async (t) => {
    const file = path.join(temporaryFolder(t), name);
    await writeVideo(file, format, moving(format.width, format.height, count));
    const index = await indexOf(file);
    assert.equal(index.exact, exact);
    if (exact) assert.ok(index.entries >= count / (format.gop ?? 12), `${index.entries} entries`);
    assert.equal(await checkDraws(file, at, 12), count);
  });
}

/** What only an encoder's own program makes: x264's options, and whether the packets tell the frames. */
const BY_PROGRAM: readonly [name: string, options: string, exact: boolean, entries?: number][] = [
  ["open.mp4", "-x264-params open-gop=1:keyint=9:min-keyint=9:bframes=3:scenecut=0", true, 1],
  ["open.mkv", "-x264-params open-gop=1:keyint=9:min-keyint=9:bframes=3:scenecut=0", true, 1],
  ["closed.mp4", "-x264-params keyint=9:min-keyint=9:bframes=3:b-pyramid=normal:scenecut=0", true, 8],
  ["refresh.mp4", "-x264-params intra-refresh=1:keyint=9:bframes=0", true, 1],
  ["repeat.mkv", "-x264-params repeat-headers=1:keyint=9:scenecut=0", true, 8],
  ["fields.mp4", "-x264-params interlaced=1:keyint=9:scenecut=0", true, 8],
  ["slices.mp4", "-x264-params slices=3:keyint=9:scenecut=0", true, 8],
  ["edited.mp4", "-ss 0.7 -x264-params keyint=9:scenecut=0", true],
];

test("clips with open GOPs, B pyramids, gradual refresh, fields and slices", async (t) => {
  const folder = temporaryFolder(t);
  for (const [at, [name, options, exact, entries]] of BY_PROGRAM.entries()) {
    const file = path.join(folder, name);
    const input = "-v quiet -f lavfi -i testsrc2=size=66x52:rate=12 -frames:v 67 -pix_fmt yuv420p -c:v libx264";
    const run = spawnSync("ffmpeg", [...input.split(" "), ...options.split(" "), file]);
    if (run.error || run.status !== 0)
      return t.skip("SKIPPED: no ffmpeg program with libx264 is installed to make them");
    const index = await indexOf(file);
    assert.equal(index.exact, exact, name);
    if (entries !== undefined) assert.equal(index.entries, entries, name);
    assert.equal(await checkDraws(file, at, 12), 67, name);
  }
});

test("damaged pictures and a file that breaks off are read as a full decode reads them", async (t) => {
  const folder = temporaryFolder(t);
  const whole = path.join(folder, "whole.mkv");
  await writeVideo(whole, { ...SIZE, codec: "h264", gop: 6 }, moving(62, 46, 47));
  const bytes = readFileSync(whole);
  const cut = path.join(folder, "cut.mkv");
  writeFileSync(cut, bytes.subarray(0, Math.floor(bytes.length * 0.7)));
  const frames = await checkDraws(cut, 3, 12);
  assert.ok(frames > 5 && frames < 47, `${frames} frames`);
  const damaged = path.join(folder, "damaged.mkv");
  const broken = Buffer.from(bytes);
  for (let at = bytes.length >> 1; at < (bytes.length >> 1) + 200; at += 3) broken[at] = (broken[at]! + 101) % 256;
  writeFileSync(damaged, broken);
  const all = await fullDecode(damaged);
  const read = await readFrames(damaged, { indices: (count) => Array.from({ length: count }, (_, i) => i) });
  assert.ok(Buffer.concat(all).equals(read.data));
});

for (const set of ["real/actions", "real/fight_surv"]) {
  test(`every clip of ${set}`, async (t) => {
    const root = sharedDir(set);
    if (!root) return t.skip(absent(set));
    const files = readdirSync(root, { recursive: true })
      .map(String)
      .filter((name) => /\.(mp4|mkv|avi|mpg)$/.test(name))
      .sort()
      // All kinds, and not all of each: the rest of CI needs its time too.
      .filter((_, at) => at % 7 === 0);
    let exact = 0;
    for (const [at, name] of files.entries()) {
      const file = path.join(root, name);
      exact += (await indexOf(file)).exact ? 1 : 0;
      await checkDraws(file, at, 1);
    }
    t.diagnostic(`${files.length} files, ${exact} of which are read by seeking`);
    assert.ok(exact > 0);
  });
}

test("stretches: from the entry before, joined where skipping saves little", () => {
  const entries = Uint8Array.from({ length: 40 }, (_, at) => (at % 10 === 0 ? 1 : 0));
  assert.deepEqual(runsOf(entries, [0]), [{ from: 0, to: 0 }]);
  assert.deepEqual(runsOf(entries, [39, 3]), [
    { from: 0, to: 3 },
    { from: 30, to: 39 },
  ]);
  assert.deepEqual(runsOf(entries, [5, 12, 15, 15]), [
    { from: 0, to: 5 },
    { from: 10, to: 15 },
  ]);
  assert.deepEqual(runsOf(entries, [6, 12, 38]), [
    { from: 0, to: 12 },
    { from: 30, to: 38 },
  ]);
});
