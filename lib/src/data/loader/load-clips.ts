/** A list of videos as clips, in order. */
import { UserError } from "../../errors.js";
import type { Clip, ClipOptions } from "../frames/load.js";
import type { Sample } from "../types.js";
import { sourceIn, type VideoRoot } from "../video/source.js";
import { ClipLoader } from "./clip-loader.js";
import { inOrder } from "./in-order.js";
import { clipBytes, defaultAhead } from "./limits.js";

export interface LoadOptions extends ClipOptions {
  /** Decoder threads; 0 decodes on this thread. Default: as `ClipLoader`. */
  readonly workers?: number;
  /** Clips that may be loading, or loaded and not yet taken. Default: `defaultAhead`. */
  readonly ahead?: number;
  /** Names each video's draw. Default: all have `draw`, or none. */
  readonly drawOf?: (sample: Sample) => string | Promise<string>;
}

export type LoadedClip = { readonly sample: Sample } & (Clip | { readonly error: string });

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
  const { signal, drawOf, workers, ahead: wanted, ...clip } = options;
  signal?.throwIfAborted();
  const loader = new ClipLoader(workers);
  const ahead = wanted ?? defaultAhead(loader.workers, clipBytes(options));
  if (!Number.isInteger(ahead) || ahead < 1) throw new RangeError(`ahead ${ahead} is below 1`);
  const abort = (): void => void loader.close(signal?.reason);
  signal?.addEventListener("abort", abort, { once: true });
  const begin = async (sample: Sample): Promise<LoadedClip> => {
    try {
      const own = drawOf ? { ...clip, draw: await drawOf(sample) } : clip;
      return { sample, ...(await loader.load(sourceIn(root, sample.path), own)) };
    } catch (error) {
      if (error instanceof UserError) return { sample, error: error.message };
      throw error;
    }
  };
  try {
    for await (const loaded of inOrder(samples, ahead, begin)) {
      signal?.throwIfAborted();
      yield loaded;
    }
  } finally {
    signal?.removeEventListener("abort", abort);
    await loader.close();
  }
}
