/** Runs the specs that have no record yet, in worker processes; what finishes is kept, what fails is reported. */
import os from "node:os";
import { runLabel } from "./execute.js";
import { runId } from "./id.js";
import type { RunEvent } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";
import type { RecordStore } from "./store.js";
import { WorkerProcess } from "./worker-process.js";

export interface RunningRun {
  readonly id: string;
  /** "hmdb-like, K = 4, seed 1, clip + VgHIF". */
  readonly label: string;
  /** null: starting. */
  readonly event: RunEvent | null;
}

export interface FailedRun {
  readonly id: string;
  readonly label: string;
  /** One line. */
  readonly message: string;
}

/** Where a sweep stands. */
export interface SweepState {
  /** Runs without a record when it started. */
  readonly total: number;
  readonly done: number;
  readonly failed: readonly FailedRun[];
  readonly running: readonly RunningRun[];
}

export interface SweepResult extends SweepState {
  /** Runs that had a record before. */
  readonly kept: number;
  readonly interrupted: boolean;
}

export interface SweepOptions {
  /** Worker processes. Default: the number of cores, and no more than memory allows (1.5 GB each). */
  readonly jobs?: number;
  /** Stops the workers; finished runs are kept. */
  readonly signal?: AbortSignal;
  readonly onState?: (state: SweepState) => void;
  /** Script of the workers. Default: worker-main. */
  readonly worker?: string;
}

/**
 * Runs every spec without a record; a failed run does not stop the others. Resumable: call again with the same specs.
 * The first run on a set of videos computes their features alone, the others on it wait and then read them from the cache.
 */
export async function runMissing(
  specs: readonly RunSpec[],
  store: RecordStore,
  { jobs = defaultJobs(), signal, onState, worker }: SweepOptions = {},
): Promise<SweepResult> {
  const queue = new SweepQueue(specs.filter((spec) => !store.has(runId(spec))));
  const total = queue.waiting;
  const count = Math.max(1, Math.min(jobs, total));
  const threads = Math.max(1, Math.floor(os.availableParallelism() / count));
  const running = new Map<string, RunningRun>();
  const failed: FailedRun[] = [];
  let done = 0;
  const state = (): SweepState => ({ total, done, failed: [...failed], running: [...running.values()] });

  const work = async (process: WorkerProcess): Promise<void> => {
    for (let spec = await queue.take(); spec && !signal?.aborted; spec = await queue.take()) {
      const current = spec;
      const id = runId(current);
      const label = runLabel(current);
      running.set(id, { id, label, event: null });
      const end = await process.run(current, store.folder, (event) => {
        running.set(id, { id, label, event });
        if (event.phase !== "features") queue.warmed(current);
        onState?.(state());
      });
      running.delete(id);
      queue.released(current, end.ok);
      if (end.ok) done += 1;
      else if (!signal?.aborted) failed.push({ id, label, message: end.message });
      onState?.(state());
    }
  };

  const workers = Array.from({ length: total === 0 ? 0 : count }, () => new WorkerProcess(worker, threads));
  const stopAll = (): void => {
    queue.close();
    for (const process of workers) void process.stop();
  };
  signal?.addEventListener("abort", stopAll, { once: true });
  try {
    if (!signal?.aborted) await Promise.all(workers.map(work));
  } finally {
    signal?.removeEventListener("abort", stopAll);
    await Promise.all(workers.map((process) => process.stop()));
  }
  return { ...state(), kept: specs.length - total, interrupted: signal?.aborted ?? false };
}

function defaultJobs(): number {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 1.5e9)));
}

/** Waiting specs in order, except that a set of videos is first seen by one worker alone. */
class SweepQueue {
  private readonly specs: RunSpec[];
  private readonly cold = new Set<string>();
  private readonly warm = new Set<string>();
  private waiters: (() => void)[] = [];

  constructor(specs: readonly RunSpec[]) {
    this.specs = [...specs];
  }

  get waiting(): number {
    return this.specs.length;
  }

  /** The next spec whose videos nobody else is computing features of; null when none is left. */
  async take(): Promise<RunSpec | null> {
    while (this.specs.length > 0) {
      const index = this.specs.findIndex((spec) => !this.cold.has(videosOf(spec)));
      const [spec] = index < 0 ? [] : this.specs.splice(index, 1);
      if (spec) {
        if (!this.warm.has(videosOf(spec))) this.cold.add(videosOf(spec));
        return spec;
      }
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
    return null;
  }

  /** The features of the spec's videos are there. */
  warmed(spec: RunSpec): void {
    const videos = videosOf(spec);
    if (this.warm.has(videos)) return;
    this.warm.add(videos);
    this.cold.delete(videos);
    this.wake();
  }

  /** The spec's run has ended; where it failed early, the next one tries alone again. */
  released(spec: RunSpec, ok: boolean): void {
    if (ok) this.warmed(spec);
    else this.cold.delete(videosOf(spec));
    this.wake();
  }

  /** Nothing more is handed out. */
  close(): void {
    this.specs.length = 0;
    this.wake();
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const resolve of waiters) resolve();
  }
}

/** What runs must share to share cached features. */
function videosOf({ dataset, weights, frames, vghif }: RunSpec): string {
  return JSON.stringify([dataset, weights, frames, vghif?.select === "all"]);
}
