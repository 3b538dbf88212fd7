/**
 * Deals videos to worker processes. Processes, not threads: a file that crashes the decoder takes one of them with it, and is then
 * reported like any other broken file.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import path from "node:path";
import { ffmpeg } from "../video/ffmpeg.js";
import type { Facts } from "./found.js";
import type { ProbeTask } from "./probe.js";

/** Worker processes unless told: one a core, at most so many. */
const MOST_JOBS = 8;

/** Starting a process takes as long as probing about so many small videos. */
const TASKS_A_JOB = 8;

export interface PoolOptions {
  /** Worker processes. Default: the number of cores, at most 8. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
}

/**
 * Probes the videos of `keys`, `jobs` at a time, each described by `taskOf` when its turn comes; `onFacts` gets the facts in the order
 * in which they are ready. Rejects with the signal's reason on abort, and with what `onFacts` throws; the workers are gone by then.
 */
export async function probeAll<K>(
  keys: readonly K[],
  taskOf: (key: K) => ProbeTask,
  onFacts: (key: K, facts: Facts) => void,
  options: PoolOptions = {},
): Promise<void> {
  const { jobs = Math.min(availableParallelism(), MOST_JOBS), signal } = options;
  if (keys.length === 0) return;
  // Fails here, once and clearly, where there is no FFmpeg; not as a fault of every video.
  await ffmpeg();
  let next = 0;
  let failed = false;
  const count = Math.min(jobs, Math.ceil(keys.length / TASKS_A_JOB));
  const serve = async (): Promise<void> => {
    const hand = new Hand();
    try {
      while (next < keys.length && !failed) {
        signal?.throwIfAborted();
        const key = keys[next++]!;
        onFacts(key, await hand.probe(taskOf(key), signal));
      }
    } catch (error) {
      failed = true;
      throw error;
    } finally {
      await hand.close();
    }
  };
  const served = await Promise.allSettled(Array.from({ length: count }, serve));
  for (const one of served) if (one.status === "rejected") throw one.reason;
}

/** One worker process at a time; another takes its place where it crashes. */
class Hand {
  private worker: ChildProcess | null = null;

  /** A video that crashes two processes is broken; one crash may have another reason. */
  async probe(task: ProbeTask, signal?: AbortSignal): Promise<Facts> {
    const first = await this.ask(task, signal);
    const second = typeof first === "string" ? await this.ask(task, signal) : first;
    if (typeof second !== "string") return second;
    return { hash: null, frames: null, damage: null, error: `the decoder crashes on it (${second})` };
  }

  async close(): Promise<void> {
    const { worker } = this;
    this.worker = null;
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = once(worker, "exit");
    // It may be in the middle of a long video.
    worker.kill("SIGKILL");
    await ended;
  }

  /** The facts, or how the process ended. */
  private ask(task: ProbeTask, signal?: AbortSignal): Promise<Facts | string> {
    this.worker ??= fork(path.join(__dirname, "probe-worker.js"), { execArgv: [] });
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): void => {
        worker.off("message", onMessage).off("exit", onExit).off("error", onError);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onMessage = (facts: unknown): void => done(() => resolve(facts as Facts));
      const onExit = (code: number | null, name: string | null): void => {
        this.worker = null;
        done(() => resolve(name ?? `exit code ${code}`));
      };
      const onError = (error: Error): void => done(() => reject(error));
      const onAbort = (): void => done(() => reject(signal?.reason as Error));
      worker.on("message", onMessage).on("exit", onExit).on("error", onError);
      signal?.addEventListener("abort", onAbort, { once: true });
      worker.send(task, (error) => {
        // The exit event says more.
        if (error && worker.exitCode === null && worker.signalCode === null) onError(error);
      });
    });
  }
}
