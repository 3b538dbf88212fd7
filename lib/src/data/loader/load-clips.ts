/** A list of videos as clips, in order. */
import { UserError } from "../../errors.js";
import { type Clip, type ClipOptions, loadClip } from "../frames/load.js";
import type { Sample } from "../types.js";
import { sourceIn, type VideoRoot, type VideoSource } from "../video/source.js";
import { inOrder } from "./in-order.js";
import { clipBytes, defaultAhead, defaultWorkers } from "./limits.js";
import { DecoderPool } from "./pool.js";

export interface LoadOptions extends ClipOptions {
  /** Decoder threads; 0 decodes on this thread. Default: `defaultWorkers`, once `FEW` videos show that it pays. */
  readonly workers?: number;
  /** Clips that may be loading, or loaded and not yet taken. Default: `defaultAhead`. */
  readonly ahead?: number;
  /** Names each video's draw. Default: all have `draw`, or none. */
  readonly drawOf?: (sample: Sample) => string;
}

export type LoadedClip = { readonly sample: Sample } & (Clip | { readonly error: string });

/** Videos that are loaded sooner on this thread than a worker is started. */
export const FEW = 8;

/**
 * Loads `samples` (in `root`) in the given order, with the same bits whatever the number of workers. A video that cannot be
 * read yields its error and the rest goes on; so does one whose worker died. Memory: at most `ahead` clips beside the one
 * in use, and what the workers decode. When the consumer stops, an error is thrown or the signal aborts (which throws its
 * reason), no worker is left.
 */
export async function* loadClips(
  root: VideoRoot,
  samples: Iterable<Sample>,
  options: LoadOptions,
): AsyncGenerator<LoadedClip> {
  const { signal, drawOf, workers = defaultWorkers() } = options;
  const ahead = options.ahead ?? defaultAhead(workers, clipBytes(options));
  if (!Number.isInteger(workers) || workers < 0) throw new RangeError(`workers ${workers} is below 0`);
  if (!Number.isInteger(ahead) || ahead < 1) throw new RangeError(`ahead ${ahead} is below 1`);
  signal?.throwIfAborted();
  const here = options.workers === undefined ? FEW : workers === 0 ? Number.POSITIVE_INFINITY : 0;
  const stop = new AbortController();
  const pool = workers > 0 ? new DecoderPool(workers) : null;
  const abort = (): void => {
    stop.abort(signal?.reason);
    void pool?.close(signal?.reason);
  };
  signal?.addEventListener("abort", abort, { once: true });
  let begun = 0;
  const running = new Set<Promise<unknown>>();
  const load = (video: VideoSource, own: ClipOptions): Promise<Clip> => {
    if (begun++ >= here) return pool!.load(video, own);
    const loading = loadClip(video, { ...own, signal: stop.signal });
    running.add(loading);
    const forget = (): boolean => running.delete(loading);
    loading.then(forget, forget);
    return loading;
  };
  const begin = async (sample: Sample): Promise<LoadedClip> => {
    const own = drawOf ? { ...options, draw: drawOf(sample) } : options;
    try {
      return { sample, ...(await load(sourceIn(root, sample.path), own)) };
    } catch (error) {
      if (error instanceof UserError) return { sample, error: error.message };
      throw error;
    }
  };
  try {
    for await (const clip of inOrder(samples, ahead, begin)) {
      signal?.throwIfAborted();
      yield clip;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    stop.abort();
    await Promise.allSettled([...running, pool?.close()]);
  }
}
