/**
 * Real video files as RGB frames. Frame i is the i-th frame, in the order shown, that really decodes: what a container
 * says about its number of frames is only a guess. Timestamps play no part, as in the official loaders (decord, mmcv).
 */
import { frameOf, type RgbFrames } from "../frames/rgb.js";
import { probeFrameFolder, readFrameFolder } from "./frame-folder.js";
import { decodedFrames, type Stop } from "./frames.js";
import { type OpenVideo, unreadable, withVideo } from "./open.js";
import { displayOrientation, type FrameSink, placesOf, type SinkOf } from "./pick.js";
import { degreesOf } from "./rotation.js";
import { isFrameFolder, type VideoSource } from "./source.js";
import { type Taken, type TakeOptions, takeFrames } from "./take.js";

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
export async function probeVideo(source: VideoSource, signal?: Stop): Promise<VideoInfo> {
  if (isFrameFolder(source)) return probeFrameFolder(source.frames, signal);
  return withVideo(source, async (video) => {
    let frames = 0;
    let size = { width: 0, height: 0 };
    for await (const frame of decodedFrames(video, signal ? { signal } : {})) {
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

/** `indices`: called with several counts. `signal`: may be anything that throws when it is time to stop. */
export type ReadOptions = TakeOptions;

/**
 * Reads the frames at `indices(frame count)` as RGB, rotation applied; equal to FFmpeg's own full decode. Only wanted frames
 * are converted and held. A file that breaks off has the frames before the break. UserErrors as `probeVideo`.
 */
export async function readFrames(source: VideoSource, options: ReadOptions): Promise<VideoFrames> {
  if (isFrameFolder(source)) return readFrameFolder(source.frames, options);
  const { result, indices, frameCount } = await takeFrames(source, options, allFrames);
  return { ...result, indices, frameCount };
}

/** `takeFrames` of any source. */
export async function takeVideo<T>(source: VideoSource, options: ReadOptions, begin: SinkOf<T>): Promise<Taken<T>> {
  if (!isFrameFolder(source)) return takeFrames(source, options, begin);
  const { indices, frameCount, ...frames } = await readFrameFolder(source.frames, options);
  const sink = begin(frames.width, frames.height, indices);
  for (const places of placesOf(indices).values()) sink.add(frameOf(frames, places[0]!), places);
  return { result: sink.end(), indices, frameCount };
}

/** A sink that keeps the pictures. */
function allFrames(width: number, height: number, { length: count }: readonly number[]): FrameSink<RgbFrames> {
  const bytes = width * height * 3;
  const data = new Uint8Array(count * bytes);
  return {
    add(picture, places) {
      for (const place of places) data.set(picture, place * bytes);
    },
    end: () => ({ count, width, height, data }),
  };
}

function statedDuration({ av, stream, format }: OpenVideo): number | null {
  if (stream.duration > 0n) return Number(stream.duration) * stream.timeBase.toDouble();
  if (format.duration > 0n) return Number(format.duration) / av.AV_TIME_BASE;
  return null;
}
