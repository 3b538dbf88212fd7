/** How many videos are worked on at a time, and what bounds the memory that they take. */
import { availableParallelism } from "node:os";
import type { ClipOptions } from "../frames/load.js";
import { viewsOf } from "../frames/transforms.js";

/** More workers than this read faster than any model here takes clips. */
const MOST_WORKERS = 4;

/** Most bytes of clips that are loading or loaded and not yet taken; one clip may be larger. */
export const AHEAD_BYTES = 256e6;

/** Decoder workers where nobody says how many: one a core, at most 4; VGHIF_THREADS lowers the number. */
export function defaultWorkers(): number {
  const threads = Number(process.env.VGHIF_THREADS);
  const cores = threads >= 1 ? Math.min(threads, availableParallelism()) : availableParallelism();
  return Math.min(Math.floor(cores), MOST_WORKERS);
}

/** Bytes of one loaded clip's pixels. */
export function clipBytes({ frames, transform, sampling, augment }: ClipOptions): number {
  const views = (augment ? 1 : viewsOf(transform)) * (sampling?.clips ?? 1);
  return 4 * 3 * transform.size ** 2 * frames * views;
}

/** Clips that may be loading, or loaded and not yet taken: two a worker, and no more than `AHEAD_BYTES` hold; at least 1. */
export function defaultAhead(workers: number, bytes: number): number {
  return Math.max(1, Math.min(2 * Math.max(workers, 1), Math.floor(AHEAD_BYTES / bytes)));
}
