/** Videos as a model's input: decode, sample at test time, transform. */
import { availableParallelism } from "node:os";
import { UserError } from "../../errors.js";
import { augmentFrames } from "../augment/augment-frames.js";
import type { AugmentSpec } from "../augment/spec.js";
import type { Sample } from "../types.js";
import { readFrames } from "../video/decode.js";
import { sourceIn, type VideoRoot, type VideoSource } from "../video/source.js";
import { segmentCentres } from "./sampling.js";
import { type SamplingSpec, sampledIndices } from "./sampling-spec.js";
import { applyTransform, type TransformSpec } from "./transforms.js";

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

/** Loads one video. Throws a UserError that names the file where it cannot be read, and the signal's reason on abort. */
export async function loadClip(video: VideoSource, options: ClipOptions): Promise<Clip> {
  const { frames, transform, sampling, augment, draw, signal } = options;
  if ((sampling?.rule === "random" || augment) && draw === undefined) {
    throw new Error("a random sampling or augmentation needs the name of its draw");
  }
  const indices = (count: number): number[] =>
    sampling ? sampledIndices(sampling, count, frames, draw ?? "") : segmentCentres(count, frames);
  const read = await readFrames(video, { indices, ...(signal ? { signal } : {}) });
  const pixels = augment ? augmentFrames(read, augment, transform, draw ?? "") : applyTransform(read, transform);
  return { pixels, frameCount: read.frameCount, indices: read.indices };
}

export interface LoadOptions extends ClipOptions {
  /** Videos decoded at the same time. Default: the number of cores, at most 4. */
  readonly concurrency?: number;
  /** Names each video's draw. Default: all have `draw`, or none. */
  readonly drawOf?: (sample: Sample) => string;
}

export type LoadedClip = { readonly sample: Sample } & (Clip | { readonly error: string });

/**
 * Loads `samples` (paths below `root`) in the given order, whatever the concurrency, each asked for when its decoding begins;
 * no more than `concurrency` clips exist beside the one in use. A video that cannot be read yields its error and the rest goes on. Stops decoding when the
 * consumer stops or the signal aborts (which throws its reason).
 */
export async function* loadClips(
  root: VideoRoot,
  samples: Iterable<Sample>,
  options: LoadOptions,
): AsyncGenerator<LoadedClip> {
  const { signal, concurrency = Math.min(availableParallelism(), 4) } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new RangeError(`concurrency ${concurrency} is below 1`);
  const stop = new AbortController();
  const forward = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", forward, { once: true });
  const running: Promise<LoadedClip>[] = [];
  const waiting = samples[Symbol.iterator]();
  const start = (): void => {
    const { done, value: sample } = waiting.next();
    if (done) return;
    const loading = loadOr(sourceIn(root, sample.path), sample, { ...options, signal: stop.signal });
    loading.catch(() => {}); // Awaited in its turn; until then a failure is not "unhandled".
    running.push(loading);
  };
  try {
    signal?.throwIfAborted();
    for (let i = 0; i < concurrency; i++) start();
    while (running.length > 0) {
      const clip = await running[0]!;
      signal?.throwIfAborted();
      running.shift();
      start();
      yield clip;
    }
  } finally {
    signal?.removeEventListener("abort", forward);
    stop.abort();
    await Promise.allSettled(running);
  }
}

async function loadOr(video: VideoSource, sample: Sample, options: LoadOptions): Promise<LoadedClip> {
  const { drawOf } = options;
  try {
    return { sample, ...(await loadClip(video, { ...options, ...(drawOf ? { draw: drawOf(sample) } : {}) })) };
  } catch (error) {
    if (error instanceof UserError) return { sample, error: error.message };
    throw error;
  }
}
