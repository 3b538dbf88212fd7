/**
 * Real video files as RGB frames. Frame i is the i-th frame, in the order shown, that really decodes: what a container
 * says about its number of frames is only a guess. Timestamps play no part, as in the official loaders (decord, mmcv).
 */
import type { RgbFrames } from "../frames/rgb.js";
import type { Frame } from "./ffmpeg.js";
import { probeFrameFolder, readFrameFolder } from "./frame-folder.js";
import { countPackets, decodedFrames } from "./frames.js";
import { type OpenVideo, unreadable, withVideo } from "./open.js";
import { degreesOf, orient, orientationOf, UPRIGHT } from "./rotation.js";
import { isFrameFolder, sourceName, type TarMember, type VideoSource } from "./source.js";
import { rgbConverter } from "./to-rgb.js";

export interface VideoInfo {
  /** Pixels as shown, after rotation. */
  readonly width: number;
  /** Pixels as shown, after rotation. */
  readonly height: number;
  /** Clockwise turn that the container asks for and that is applied, degrees. */
  readonly rotation: 0 | 90 | 180 | 270;
  /** Average frames per second as the container states it; null where it does not. */
  readonly fps: number | null;
  /** Frames that decode: counted, not read from a header. */
  readonly frames: number;
  /** As the container states it, or frames / fps; null where neither is known. */
  readonly durationSeconds: number | null;
  /** FFmpeg's name: "h264". */
  readonly codec: string;
  /** FFmpeg's name of the format: "mov,mp4,m4a,3gp,3g2,mj2". */
  readonly container: string;
}

/**
 * Decodes the whole file to count its frames, and says what it is. A file that breaks off counts the frames before the
 * break. Throws a UserError for a file that is missing, empty, no video, of an unsupported codec, or without one frame.
 */
export async function probeVideo(source: VideoSource, signal?: AbortSignal): Promise<VideoInfo> {
  if (isFrameFolder(source)) return probeFrameFolder(source.frames, signal);
  return withVideo(source, async (video) => {
    let frames = 0;
    let size = { width: 0, height: 0 };
    for await (const frame of decodedFrames(video, signal)) {
      if (frames++ === 0) size = { width: frame.width, height: frame.height };
    }
    if (frames === 0) throw unreadable(video.file, "none of its frames decodes");
    const { av, stream, format } = video;
    const orientation = displayOrientation(video);
    const fps = stream.avgFrameRate.num > 0 && stream.avgFrameRate.den > 0 ? stream.avgFrameRate.toDouble() : null;
    return {
      width: orientation.transpose ? size.height : size.width,
      height: orientation.transpose ? size.width : size.height,
      rotation: degreesOf(orientation),
      fps,
      frames,
      durationSeconds: statedDuration(video) ?? (fps === null ? null : frames / fps),
      codec: av.avGetCodecName(stream.codecpar.codecId) ?? "unknown",
      container: format.iformat?.name ?? "unknown",
    };
  });
}

/** The frames asked for, of all that the video has. */
export interface VideoFrames extends RgbFrames {
  /** The index of each frame in the video. */
  readonly indices: readonly number[];
  /** Frames that decode in the whole video. */
  readonly frameCount: number;
}

export interface ReadOptions {
  /**
   * The 0-based frames wanted of a video with `count` frames; may repeat, in any order. Called with several counts that the
   * file may turn out to have (always at least 1) before the true one: it must depend on nothing but `count`.
   */
  readonly indices: (count: number) => readonly number[];
  readonly signal?: AbortSignal;
}

/**
 * Reads the frames at `indices(frame count)` as RGB, rotation applied; equal to FFmpeg's own full decode. Only wanted frames
 * are converted and held. A file that breaks off has the frames before the break. UserErrors as `probeVideo`.
 */
export async function readFrames(source: VideoSource, options: ReadOptions): Promise<VideoFrames> {
  if (isFrameFolder(source)) return readFrameFolder(source.frames, options);
  const { indices, signal } = options;
  const packets = await withVideo(source, (video) => countPackets(video, signal));
  // One pass is enough where the guess is near: a packed B-frame or a broken one makes it a little too high.
  const guesses = [packets, packets - 1, packets - 2, packets + 1].filter((count) => count > 0);
  const first = await readPass(source, new Set(guesses.flatMap((count) => indices(count))), Infinity, options);
  if (first.frames) return first.frames;
  const exact = new Set(indices(first.frameCount));
  const second = await readPass(source, exact, first.frameCount, options);
  if (second.frames) return second.frames;
  throw unreadable(sourceName(source), "it changed while it was read");
}

interface Pass {
  readonly frameCount: number;
  /** null where a wanted frame was not kept. */
  readonly frames: VideoFrames | null;
}

/** Decodes once, keeps the frames in `keep`, and converts those that the count found asks for. */
async function readPass(
  source: string | TarMember,
  keep: ReadonlySet<number>,
  known: number,
  options: ReadOptions,
): Promise<Pass> {
  return withVideo(source, async (video) => {
    const kept = new Map<number, Frame>();
    const last = known === Infinity ? Infinity : Math.max(...keep);
    let count = 0;
    try {
      for await (const frame of decodedFrames(video, options.signal)) {
        if (keep.has(count)) kept.set(count, frame.clone()!);
        if (count++ === last) break;
      }
      const frameCount = known === Infinity ? count : known;
      if (frameCount === 0) throw unreadable(video.file, "none of its frames decodes");
      const indices = options.indices(frameCount);
      checkIndices(indices, frameCount);
      if (!indices.every((index) => kept.has(index))) return { frameCount, frames: null };
      return { frameCount, frames: { ...(await convert(video, kept, indices)), indices, frameCount } };
    } finally {
      for (const frame of kept.values()) frame.free();
    }
  });
}

function checkIndices(indices: readonly number[], count: number): void {
  if (indices.length === 0) throw new RangeError("no frame is asked for");
  const wrong = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (wrong !== undefined) throw new RangeError(`frame ${wrong} does not exist in a video of ${count} frames`);
}

/** The frames at `indices` as shown; all get the size of the first. */
async function convert(
  video: OpenVideo,
  kept: ReadonlyMap<number, Frame>,
  indices: readonly number[],
): Promise<RgbFrames> {
  const orientation = displayOrientation(video);
  const { width, height } = kept.get(indices[0]!)!;
  const bytes = width * height * 3;
  const data = new Uint8Array(indices.length * bytes);
  const converter = rgbConverter(video, width, height);
  try {
    for (const [at, index] of indices.entries()) {
      const out = data.subarray(at * bytes, (at + 1) * bytes);
      const before = indices.indexOf(index);
      if (before < at) {
        out.set(data.subarray(before * bytes, (before + 1) * bytes));
        continue;
      }
      const picture = await converter.convert(kept.get(index)!);
      if (orientation === UPRIGHT) out.set(picture);
      else orient(picture, width, height, orientation, out);
    }
  } finally {
    converter.free();
  }
  const shown = orientation.transpose ? { width: height, height: width } : { width, height };
  return { count: indices.length, ...shown, data };
}

function displayOrientation({ av, stream }: OpenVideo) {
  return orientationOf(stream.codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX));
}

function statedDuration({ av, stream, format }: OpenVideo): number | null {
  if (stream.duration > 0n) return Number(stream.duration) * stream.timeBase.toDouble();
  if (format.duration > 0n) return Number(format.duration) / av.AV_TIME_BASE;
  return null;
}
