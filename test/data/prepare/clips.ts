/** Tiny real clips with names and bytes as tests want them. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { numbered } from "../video/pictures.js";

/** Frames in every clip. */
export const FRAMES = 7;

let clip: Buffer | undefined;

/** The bytes of an mp4 of 7 frames, 34 x 26 pixels, that differ from those of another number: a box follows that readers pass over. */
export async function clipBytes(number: number): Promise<Buffer> {
  if (!clip) {
    const folder = mkdtempSync(path.join(tmpdir(), "vghif clip "));
    const file = path.join(folder, "clip.mp4");
    await writeVideo(file, { width: 34, height: 26, fps: 10, codec: "h264" }, numbered(34, 26, FRAMES));
    clip = readFileSync(file);
    rmSync(folder, { recursive: true });
  }
  const box = Buffer.alloc(12);
  box.writeUInt32BE(12, 0);
  box.write("free", 4);
  box.writeUInt32BE(number, 8);
  return Buffer.concat([clip, box]);
}

/** Writes files below a folder: a text, bytes, or the clip of a number. */
export async function put(
  folder: string,
  files: Readonly<Record<string, string | Uint8Array | number>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "number" ? await clipBytes(content) : content);
  }
}

/** A folder of its own, with a space in its name, and a new data folder in it that the library is pointed to; gone after the test. */
export function workplace(t: TestContext): { readonly folder: string; readonly videos: string } {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif prepare "));
  const before = process.env.VGHIF_DATA;
  process.env.VGHIF_DATA = path.join(folder, "data");
  t.after(() => {
    if (before === undefined) delete process.env.VGHIF_DATA;
    else process.env.VGHIF_DATA = before;
    rmSync(folder, { recursive: true, force: true });
  });
  const videos = path.join(folder, "videos");
  mkdirSync(videos);
  return { folder, videos };
}
