/** Loads clips in any order: the first few on this thread, then on decoder workers. */
import { type Clip, type ClipOptions, loadClip } from "../frames/load.js";
import type { VideoSource } from "../video/source.js";
import { defaultWorkers } from "./limits.js";
import { DecoderPool } from "./pool.js";

/** Videos that are loaded sooner on this thread than a worker is started. */
export const FEW = 16;

/** `close` in any case; a forgotten one does not keep the process alive. */
export class ClipLoader {
  readonly workers: number;
  private readonly pool: DecoderPool | null;
  private readonly here: number;
  private readonly stop = new AbortController();
  private readonly running = new Set<Promise<unknown>>();
  private begun = 0;

  /**
   * @param workers decoder threads; 0 decodes on this thread (FFmpeg's part beside it). Undefined: `defaultWorkers`, once
   *   `FEW` videos show that it pays
   */
  constructor(workers?: number) {
    this.workers = workers ?? defaultWorkers();
    if (!Number.isInteger(this.workers) || this.workers < 0) throw new RangeError(`workers ${workers} is below 0`);
    this.pool = this.workers > 0 ? new DecoderPool(this.workers) : null;
    this.here = workers === undefined ? FEW : workers === 0 ? Number.POSITIVE_INFINITY : 0;
  }

  /** As `loadClip`, which see, whoever does the work. */
  load(video: VideoSource, options: Omit<ClipOptions, "signal">): Promise<Clip> {
    if (this.pool && this.begun++ >= this.here) return this.pool.load(video, options);
    const loading = loadClip(video, { ...options, signal: this.stop.signal });
    this.running.add(loading);
    const forget = (): boolean => this.running.delete(loading);
    loading.then(forget, forget);
    return loading;
  }

  /** What waits or loads fails with `reason`. Returns when nothing runs any more and no worker is left. */
  async close(reason: unknown = new Error("the loader was closed")): Promise<void> {
    this.stop.abort(reason);
    await Promise.allSettled([...this.running, this.pool?.close(reason)]);
  }
}
