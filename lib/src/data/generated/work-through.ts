/** Deals tasks to worker processes. Processes, not threads: FFmpeg's library is loaded once in each. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { UserError } from "../../errors.js";
import { generateVideo } from "./generate-video.js";
import type { Answer, Task } from "./generate-worker.js";

/**
 * Makes all videos, `jobs` at a time; with one job in this process. Rejects at the first that fails, or on abort, after
 * the workers are stopped.
 */
export async function workThrough(
  tasks: readonly Task[],
  jobs: number,
  onDone: () => void,
  signal?: AbortSignal,
): Promise<void> {
  if (jobs <= 1 || tasks.length < 4) {
    for (const task of tasks) {
      signal?.throwIfAborted();
      await generateVideo(task.folder, task.plan, task.difficulty);
      onDone();
    }
    return;
  }
  const queue = [...tasks].reverse();
  const workers: ChildProcess[] = [];
  try {
    await Promise.all(
      Array.from({ length: Math.min(jobs, tasks.length) }, () => {
        const worker = fork(path.join(__dirname, "generate-worker.js"), { execArgv: [] });
        workers.push(worker);
        return serve(worker, queue, onDone, signal);
      }),
    );
  } finally {
    await Promise.all(workers.map(hangUp));
  }
}

/** Lets a worker finish the video in hand, so that no temporary file is left, and waits for its end. */
async function hangUp(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return;
  const ended = once(worker, "exit");
  if (worker.connected) worker.disconnect();
  await ended;
}

/** Gives one worker a task after another until none is left. */
function serve(worker: ChildProcess, queue: Task[], onDone: () => void, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const task = queue.pop();
      if (task === undefined) resolve();
      else worker.send(task);
    };
    const abort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted === true) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    worker.on("message", (answer: Answer) => {
      if (answer.error !== null) return reject(new UserError(`cannot make ${answer.path}: ${answer.error}`));
      onDone();
      next();
    });
    worker.on("error", reject);
    worker.on("exit", (code, name) => reject(new UserError(`a worker process ended (${name ?? `code ${code}`})`)));
    next();
  });
}
