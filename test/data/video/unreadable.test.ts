import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { probeVideo, readFrames } from "vghif/dist/data/video/decode.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { UserError } from "vghif/dist/errors.js";
import { numbered, temporaryFolder } from "./pictures.js";

async function good(folder: string, name: string): Promise<Buffer> {
  const file = path.join(folder, name);
  const codec = name.endsWith(".avi") ? "mpeg4" : "h264";
  await writeVideo(file, { width: 62, height: 46, fps: 12, codec, gop: 1 }, numbered(62, 46, 29));
  return readFileSync(file);
}

/** Makes a broken file from a folder; returns its path. */
type Breakage = (folder: string) => Promise<string> | string;

function put(folder: string, name: string, content: Uint8Array | string): string {
  const file = path.join(folder, name);
  writeFileSync(file, content);
  return file;
}

const BROKEN: readonly [what: string, make: Breakage, expected: RegExp][] = [
  ["a missing file", (folder) => path.join(folder, "no.mp4"), /no\.mp4: there is no such file; check the path/],
  ["a path through a file", (folder) => path.join(put(folder, "a.mp4", "x"), "b.mp4"), /b\.mp4/],
  ["a folder", (folder) => folder, /it is a folder/],
  ["an address", () => "http://127.0.0.1:9/x.mp4", /there is no such file/],
  ["an empty file", (folder) => put(folder, "x.mp4", ""), /the file is empty/],
  ["text", (folder) => put(folder, "x.mp4", "Some notes, not a video.\n".repeat(200)), /no video in it/],
  [
    "a playlist of addresses",
    (folder) => put(folder, "x.mp4", "#EXTM3U\n#EXTINF:2,\nhttp://127.0.0.1:9/x.ts\n"),
    /x\.mp4/,
  ],
  ["zeros", (folder) => put(folder, "x.mp4", new Uint8Array(20_000)), /no video in it/],
  [
    "an mp4 cut before its index",
    async (folder) => {
      const bytes = await good(folder, "whole.mp4");
      return put(folder, "x.mp4", bytes.subarray(0, bytes.length >> 1));
    },
    /no video in it.*check that the file is complete/,
  ],
  [
    "an avi cut before its first frame",
    async (folder) => {
      const bytes = await good(folder, "whole.avi");
      return put(folder, "x.avi", bytes.subarray(0, bytes.indexOf("movi") + 4));
    },
    /none of its frames decodes/,
  ],
  [
    "a codec that nobody knows",
    async (folder) => {
      const bytes = (await good(folder, "whole.mp4")).toString("latin1").replaceAll("avc1", "zzz1");
      return put(folder, "x.mp4", Buffer.from(bytes, "latin1"));
    },
    /its codec \(none, tag zzz1\) is not supported/,
  ],
  ["sound alone", (folder) => put(folder, "x.wav", silence()), /it holds no video stream/],
];

/** A WAV file of 100 silent 8-bit samples. */
function silence(): Buffer {
  const header = Buffer.alloc(44);
  header.write("RIFF", 0);
  header.writeUInt32LE(136, 4);
  header.write("WAVEfmt ", 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(8000, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write("data", 36);
  header.writeUInt32LE(100, 40);
  return Buffer.concat([header, Buffer.alloc(100, 128)]);
}

for (const [what, make, expected] of BROKEN) {
  test(`${what} is one clear error`, async (t) => {
    const file = await make(temporaryFolder(t));
    for (const read of [() => probeVideo(file), () => readFrames(file, { indices: () => [0] })]) {
      await assert.rejects(read, (error) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, expected);
        assert.ok(error.message.includes(file) && !error.message.includes("\n"));
        return true;
      });
    }
  });
}

test("a pipe is refused instead of waited for", { skip: process.platform === "win32" }, async (t: TestContext) => {
  const file = path.join(temporaryFolder(t), "pipe.mp4");
  execFileSync("mkfifo", [file]);
  await assert.rejects(probeVideo(file), /it is not a regular file/);
});

test("an avi that breaks off has the frames before the break", async (t) => {
  const folder = temporaryFolder(t);
  const bytes = await good(folder, "whole.avi");
  const file = put(folder, "x.avi", bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  const { frames } = await probeVideo(file);
  assert.ok(frames > 5 && frames < 29, `${frames} frames`);
  const read = await readFrames(file, { indices: (count) => [0, count - 1] });
  assert.deepEqual([read.frameCount, read.indices], [frames, [0, frames - 1]]);
});

test("nothing is written to the terminal, whatever the file", async (t) => {
  const folder = temporaryFolder(t);
  const bytes = await good(folder, "whole.avi");
  const damaged = Buffer.from(bytes);
  for (let at = damaged.indexOf("movi") + 300; at < damaged.length; at += 97) damaged[at] = (damaged[at]! + 101) % 256;
  mkdirSync(path.join(folder, "f"));
  const files = [
    put(folder, "damaged.avi", damaged),
    put(folder, "cut.avi", bytes.subarray(0, bytes.length >> 1)),
    put(folder, "text.mp4", "text"),
    path.join(folder, "f"),
  ];
  const script = `
    const { probeVideo } = require(${JSON.stringify(require.resolve("vghif/dist/data/video/decode.js"))});
    (async () => { for (const file of process.argv.slice(1)) await probeVideo(file).catch(() => {}); })();`;
  const run = spawnSync(process.execPath, ["-e", script, ...files], { encoding: "utf8", timeout: 60_000 });
  assert.deepEqual([run.status, run.stdout, run.stderr], [0, "", ""]);
});
