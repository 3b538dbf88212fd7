/** Videos as a model's input: decode, sample at test time, transform. */
import { availableParallelism } from "node:os";
import path from "node:path";
import { UserError } from "../../errors.js";
import type { Sample } from "../types.js";
import { readFrames } from "../video/decode.js";
import { segmentCentres } from "./sampling.js";
import { applyTransform, type TransformSpec } from "./transforms.js";

export interface ClipOptions {
  /** Frames a video, T: the centres of T equal segments. */
  readonly frames: number;
  readonly transform: TransformSpec;
  readonly signal?: AbortSignal;
}

/** One video, ready for a model. */
export interface Clip {
  /** [views * T, 3, S, S]; one view unless the transform makes three crops. */
  readonly pixels: Float32Array;
  /** Frames that decode in the whole video. */
  readonly frameCount: number;
  /** The T frames taken. */
  readonly indices: readonly number[];
}

/** Loads one video. Throws a UserError that names the file where it cannot be read, and the signal's reason on abort. */
export async function loadClip(file: string, options: ClipOptions): Promise<Clip> {
  const { frames, transform, signal } = options;
  const indices = (count: number): number[] => segmentCentres(count, frames);
  const read = await readFrames(file, { indices, ...(signal ? { signal } : {}) });
  return { pixels: applyTransform(read, transform), frameCount: read.frameCount, indices: read.indices };
}

export interface LoadOptions extends ClipOptions {
  /** Videos decoded at the same time. Default: the number of cores, at most 4. */
  readonly concurrency?: number;
}

export type LoadedClip = { readonly sample: Sample } & (Clip | { readonly error: string });

/**
 * Loads `samples` (paths below `root`) in the given order, whatever the concurrency, each asked for when its decoding begins;
 * no more than `concurrency` clips exist beside the one in use. A video that cannot be read yields its error and the rest goes on. Stops decoding when the
 * consumer stops or the signal aborts (which throws its reason).
 */
export async function* loadClips(
  root: string,
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
    const loading = loadOr(path.join(root, sample.path), sample, { ...options, signal: stop.signal });
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

async function loadOr(file: string, sample: Sample, options: ClipOptions): Promise<LoadedClip> {
  try {
    return { sample, ...(await loadClip(file, options)) };
  } catch (error) {
    if (error instanceof UserError) return { sample, error: error.message };
    throw error;
  }
}
