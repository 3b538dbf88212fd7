/** Runs the specs that have no record yet, in worker processes; what finishes is kept, what fails is reported. */
import os from "node:os";
import { runLabel } from "./execute.js";
import { canonicalJson, runId } from "./id.js";
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
  /** Cores that the workers share. Default: those that this process may use. */
  readonly cores?: number;
  /** Stops the workers; finished runs are kept. */
  readonly signal?: AbortSignal;
  readonly onState?: (state: SweepState) => void;
  /** Script of the workers. Default: worker-main. */
  readonly worker?: string;
}

/**
 * Runs every spec without a record; a failed run does not stop the others. Resumable: call again with the same specs.
 * Workers that need the same videos' features share the work: each computes those that are not in the cache yet.
 */
export async function runMissing(
  specs: readonly RunSpec[],
  store: RecordStore,
  { jobs = defaultJobs(), cores = os.availableParallelism(), signal, onState, worker }: SweepOptions = {},
): Promise<SweepResult> {
  const queue = missingSpecs(specs, store);
  const total = queue.length;
  const count = Math.min(Math.max(1, jobs), total);
  const threads = Math.max(1, Math.floor(cores / count));
  const running = new Map<string, RunningRun>();
  const failed: FailedRun[] = [];
  let done = 0;
  const report = (): void => onState?.({ total, done, failed: [...failed], running: [...running.values()] });

  const work = async (process: WorkerProcess): Promise<void> => {
    for (let spec = queue.shift(); spec; spec = queue.shift()) {
      const id = runId(spec);
      const label = runLabel(spec);
      running.set(id, { id, label, event: null });
      const end = await process.run(spec, store.folder, (event) => {
        running.set(id, { id, label, event });
        report();
      });
      running.delete(id);
      if (end.ok) done += 1;
      else if (!signal?.aborted) failed.push({ id, label, message: end.message });
      report();
    }
  };

  const workers = Array.from({ length: count }, () => new WorkerProcess(worker, threads));
  const stopAll = (): void => {
    queue.length = 0;
    for (const process of workers) void process.stop();
  };
  signal?.addEventListener("abort", stopAll, { once: true });
  try {
    if (signal?.aborted) queue.length = 0;
    await Promise.all(workers.map(work));
  } finally {
    signal?.removeEventListener("abort", stopAll);
    await Promise.all(workers.map((process) => process.stop()));
  }
  return {
    total,
    done,
    failed,
    running: [],
    kept: unique(specs).length - total,
    interrupted: signal?.aborted ?? false,
  };
}

/**
 * The runs without a record, each once. Those that differ in seed and shots alone follow one another, so that a worker uses
 * what it has compiled and read.
 */
export function missingSpecs(specs: readonly RunSpec[], store: RecordStore): RunSpec[] {
  const recorded = store.ids();
  const alike = new Map<string, RunSpec[]>();
  for (const spec of unique(specs)) {
    if (recorded.has(runId(spec))) continue;
    const key = canonicalJson({ ...spec, seed: 0, shots: 0 });
    alike.set(key, [...(alike.get(key) ?? []), spec]);
  }
  return [...alike.values()].flat();
}

/** Each run once, where tables share some. */
export function unique(specs: readonly RunSpec[]): readonly RunSpec[] {
  return [...new Map(specs.map((spec) => [runId(spec), spec])).values()];
}

function defaultJobs(): number {
  return Math.max(1, Math.min(os.availableParallelism(), Math.floor(os.totalmem() / 1.5e9)));
}
