/** A job of features in worker processes on this machine. */
import os from "node:os";
import path from "node:path";
import { findDataset } from "../../data/manifest-find.js";
import { WorkerProcess } from "../worker-process.js";
import { type FeatureJob, type FeatureTotals, jobSamples, parts, totalOf } from "./job.js";

export interface FeatureRun {
  readonly totals: FeatureTotals;
  /** Why parts failed: one line each, each once. What they had made is kept. */
  readonly failed: readonly string[];
  readonly seconds: number;
}

export interface LocalOptions {
  /** Worker processes. Default 1. */
  readonly jobs?: number;
  /** Cores that they share. Default: those that this process may use. */
  readonly cores?: number;
  /** Stops the workers; features made so far are kept. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Makes the features of a job that are not there; each process takes its part of the videos. */
export async function runFeaturesHere(
  job: FeatureJob,
  { jobs = 1, cores = os.availableParallelism(), signal, onProgress }: LocalOptions = {},
): Promise<FeatureRun> {
  const begun = performance.now();
  const total = jobSamples(job, findDataset(job.dataset)).length;
  const shares = parts(job, Math.max(1, Math.min(jobs, total)));
  const threads = Math.max(1, Math.floor(cores / shares.length));
  const workers = shares.map(() => new WorkerProcess(path.join(__dirname, "worker-main.js"), threads));
  const done = shares.map(() => 0);
  const totals: FeatureTotals[] = [];
  const failed = new Set<string>();
  const stopAll = (): void => {
    for (const worker of workers) void worker.stop();
  };
  signal?.throwIfAborted();
  signal?.addEventListener("abort", stopAll, { once: true });
  try {
    await Promise.all(
      shares.map(async (share, at) => {
        const end = await workers[at]!.run(share, "", (event) => {
          done[at] = event.done;
          onProgress?.(
            done.reduce((sum, n) => sum + n, 0),
            total,
          );
        });
        if (end.ok) totals.push(end.result as FeatureTotals);
        else if (!signal?.aborted) failed.add(end.message);
      }),
    );
  } finally {
    signal?.removeEventListener("abort", stopAll);
    await Promise.all(workers.map((worker) => worker.stop()));
  }
  return { totals: totalOf(totals), failed: [...failed], seconds: (performance.now() - begun) / 1000 };
}
