/** A video as a folder of numbered pictures ("rawframes"), decoded as the official image readers do: libjpeg's own RGB. */
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import type { ReadOptions, VideoFrames, VideoInfo } from "./decode.js";
import type { Stop } from "./frames.js";
import { unreadable } from "./open.js";

const PICTURE = /(\d+)\.(jpe?g|png|webp|bmp)$/i;

/** Optical flow that some tools write beside the pictures. */
const FLOW = /^(flow|[xyuv]_|.*flow_[xyuv]_)/i;

/** Whether a file's name is that of a frame: a picture whose name ends in a number, and no optical flow. */
export function isFrameName(name: string): boolean {
  return PICTURE.test(name) && !FLOW.test(name) && !name.startsWith(".");
}

/** The names of a folder's frames in the order of their numbers, whatever they are padded to. */
export function frameNames(names: readonly string[]): string[] {
  const numbered = names.filter(isFrameName).map((name) => ({ name, number: Number(PICTURE.exec(name)![1]) }));
  numbered.sort((a, b) => a.number - b.number || (a.name < b.name ? -1 : 1));
  return numbered.map(({ name }) => name);
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** [height, width, 3]. */
  readonly data: Uint8Array;
}

/** As `readFrames` of a file: frame i is the i-th picture. All must have the size of the first that is asked for. */
export async function readFrameFolder(folder: string, { indices, signal }: ReadOptions): Promise<VideoFrames> {
  const names = await listFrames(folder);
  const wanted = indices(names.length);
  if (wanted.length === 0) throw new RangeError("no frame is asked for");
  const pictures = new Map<number, Picture>();
  for (const index of new Set(wanted)) {
    const name = names[index];
    if (name === undefined) throw new RangeError(`frame ${index} does not exist in a video of ${names.length} frames`);
    signal?.throwIfAborted();
    pictures.set(index, await readPicture(folder, name));
  }
  const { width, height } = pictures.get(wanted[0]!)!;
  const data = new Uint8Array(wanted.length * width * height * 3);
  for (const [at, index] of wanted.entries()) {
    const picture = pictures.get(index)!;
    checkSize(folder, names[index]!, picture, { width, height });
    data.set(picture.data, at * width * height * 3);
  }
  return { count: wanted.length, width, height, data, indices: wanted, frameCount: names.length };
}

/** As `probeVideo` of a file: decodes every picture. A folder knows neither rate nor duration. */
export async function probeFrameFolder(folder: string, signal?: Stop): Promise<VideoInfo> {
  const names = await listFrames(folder);
  let first: Picture | undefined;
  for (const name of names) {
    signal?.throwIfAborted();
    const picture = await readPicture(folder, name);
    first ??= picture;
    checkSize(folder, name, picture, first);
  }
  const { width, height } = first!;
  return {
    width,
    height,
    rotation: 0,
    fps: null,
    frames: names.length,
    durationSeconds: null,
    codec: path.extname(names[0]!).slice(1).toLowerCase().replace("jpeg", "jpg"),
    container: "frames",
  };
}

async function listFrames(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = frameNames(await readdir(folder));
  } catch (error) {
    throw new UserError(`cannot read video ${folder}: ${messageOf(error)}; check the path`);
  }
  if (names.length === 0) throw unreadable(folder, "the folder holds no numbered pictures");
  return names;
}

async function readPicture(folder: string, name: string): Promise<Picture> {
  const { default: sharp } = await import("sharp");
  try {
    // From memory: sharp remembers files by name, also when they have changed since.
    const picture = sharp(await readFile(path.join(folder, name)), { failOn: "error" });
    const { data, info } = await picture
      .rotate()
      .removeAlpha()
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data: info.channels === 3 ? data : spread(data) };
  } catch (error) {
    throw unreadable(folder, `its frame ${name} does not decode: ${messageOf(error).split("\n")[0]}`);
  }
}

/** Grey pictures have one channel. */
function spread(grey: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(grey.length * 3);
  for (const [at, value] of grey.entries()) rgb.fill(value, at * 3, at * 3 + 3);
  return rgb;
}

function checkSize(folder: string, name: string, picture: Picture, first: { width: number; height: number }): void {
  if (picture.width === first.width && picture.height === first.height) return;
  const sizes = `${picture.width} x ${picture.height} where others are ${first.width} x ${first.height}`;
  throw unreadable(folder, `its frame ${name} is ${sizes}`);
}
