import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import Papa from "papaparse";
import { probeVideo, readFrames } from "vghif/dist/data/video/decode.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { absent, sharedDir } from "../../shared.js";
import { numbered, temporaryFolder } from "./pictures.js";

interface Row {
  readonly file: string;
  readonly width: string;
  readonly height: string;
  readonly frames: string;
}

function rowsOf(root: string): Row[] {
  return Papa.parse<Row>(readFileSync(path.join(root, "labels.csv"), "utf8"), { header: true, skipEmptyLines: true })
    .data;
}

for (const set of ["real/actions", "real/fight_surv"]) {
  test(`every clip of ${set} decodes to the frames of its label file`, async (t) => {
    const root = sharedDir(set);
    if (!root) return t.skip(absent(set));
    for (const row of rowsOf(root)) {
      const info = await probeVideo(path.join(root, row.file));
      assert.deepEqual(
        [info.frames, info.width, info.height].map(String),
        [row.frames, row.width, row.height],
        row.file,
      );
    }
  });
}

/**
 * The program's full decode, or null where none is installed that can do it. Bit-exact, because older versions took approximate
 * short cuts in MPEG-4 without it.
 */
function byProgram(file: string): Buffer | null {
  const flags = ["-v", "quiet", "-flags", "bitexact", "-i", file, "-fps_mode", "passthrough"];
  const run = spawnSync("ffmpeg", [...flags, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"], { maxBuffer: 2 ** 30 });
  return run.error || run.stdout.length === 0 ? null : run.stdout;
}

async function assertSame(file: string, expected: Buffer): Promise<void> {
  const read = await readFrames(file, { indices: (count) => Array.from({ length: count }, (_, i) => i) });
  assert.equal(read.data.length, expected.length, file);
  assert.ok(expected.equals(read.data), file);
}

const NO_PROGRAM = "SKIPPED: no ffmpeg program (5.1 or newer) is installed to compare with";

test("own files, turned or not, equal the ffmpeg program's frames bit for bit", async (t) => {
  const folder = temporaryFolder(t);
  for (const [name, format] of [
    ["a.mp4", { width: 62, height: 46, fps: 12, codec: "h264" }],
    ["b.mp4", { width: 62, height: 46, fps: 12, codec: "h264", rotation: 90 }],
    ["c.mp4", { width: 62, height: 46, fps: 12, codec: "h264", rotation: 270 }],
    ["d.avi", { width: 61, height: 47, fps: 12, codec: "mpeg4" }],
    ["e.webm", { width: 61, height: 47, fps: 12, codec: "vp9" }],
    ["f.mpg", { width: 64, height: 48, fps: 25, codec: "mpeg1video" }],
  ] as const) {
    const file = path.join(folder, name);
    await writeVideo(file, format, numbered(format.width, format.height, 11));
    const expected = byProgram(file);
    if (!expected) return t.skip(NO_PROGRAM);
    await assertSame(file, expected);
  }
});

test("real clips equal the ffmpeg program's frames bit for bit", async (t) => {
  const root = sharedDir("real/actions");
  if (!root) return t.skip(absent("real/actions"));
  // One of each container and size, the short ones first.
  const seen = new Set<string>();
  const rows = rowsOf(root).sort((a, b) => Number(a.frames) - Number(b.frames));
  for (const row of rows) {
    const kind = path.extname(row.file) + row.width;
    if (seen.has(kind) || Number(row.frames) > 250) continue;
    seen.add(kind);
    const file = path.join(root, row.file);
    const expected = byProgram(file);
    if (!expected) return t.skip(NO_PROGRAM);
    await assertSame(file, expected);
  }
  assert.ok(seen.size >= 5, [...seen].join(" "));
});
