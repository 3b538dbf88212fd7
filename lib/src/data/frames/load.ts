/** Videos as a model's input: decode, sample at test time, transform. */
import { augmentFrames } from "../augment/augment-frames.js";
import type { AugmentSpec } from "../augment/spec.js";
import { readFrames, takeVideo } from "../video/decode.js";
import type { Stop } from "../video/frames.js";
import type { VideoSource } from "../video/source.js";
import { segmentCentres } from "./sampling.js";
import { type SamplingSpec, sampledIndices } from "./sampling-spec.js";
import { ClipTransform, type TransformSpec } from "./transforms.js";

export interface ClipOptions {
  /** Frames a clip, T. */
  readonly frames: number;
  readonly transform: TransformSpec;
  /** Which frames. Default: one clip, the centres of T equal segments. */
  readonly sampling?: SamplingSpec;
  /** How a training clip is varied, in place of the transform's crop. Default: not at all. */
  readonly augment?: AugmentSpec;
  /** Names this draw of random numbers: "<path>#<epoch>", or a hash of the content. Needed where something is random. */
  readonly draw?: string;
  readonly signal?: AbortSignal;
}

/** One video, ready for a model. */
export interface Clip {
  /**
   * [crops * clips * T, 3, S, S], crop by crop and clip by clip, as the official code orders its views; one clip unless the
   * sampling asks for several, one crop unless the transform makes three.
   */
  readonly pixels: Float32Array;
  /** Frames that decode in the whole video. */
  readonly frameCount: number;
  /** The clips * T frames taken. */
  readonly indices: readonly number[];
}

/** As a worker needs it: everything on the calling thread, and a stop that needs no event loop. */
export interface LoadHere {
  readonly blocking?: boolean;
  readonly stop?: Stop;
}

/** Loads one video. Throws a UserError that names the file where it cannot be read, and the signal's reason on abort. */
export async function loadClip(video: VideoSource, options: ClipOptions, here: LoadHere = {}): Promise<Clip> {
  const { frames, transform, sampling, augment, draw, signal } = options;
  if ((sampling?.rule === "random" || augment) && draw === undefined) {
    throw new Error("a random sampling or augmentation needs the name of its draw");
  }
  const indices = (count: number): number[] =>
    sampling ? sampledIndices(sampling, count, frames, draw ?? "") : segmentCentres(count, frames);
  const stop = here.stop ?? signal;
  const read = { indices, ...(stop ? { signal: stop } : {}), ...(here.blocking ? { blocking: true } : {}) };
  if (augment) {
    const taken = await readFrames(video, read);
    const pixels = augmentFrames(taken, augment, transform, draw ?? "");
    return { pixels, frameCount: taken.frameCount, indices: taken.indices };
  }
  const { result, ...taken } = await takeVideo(video, read, (width, height, { length }) => {
    const clip = new ClipTransform(width, height, length, transform);
    return { add: (picture, places) => clip.add(picture, places), end: () => clip.pixels };
  });
  return { pixels: result, frameCount: taken.frameCount, indices: taken.indices };
}

export { type LoadedClip, type LoadOptions, loadClips } from "../loader/load-clips.js";
