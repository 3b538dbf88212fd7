/** Where submitted sweeps stand: from the records, the noted failures and the queue, in whatever state the tasks ended. */
import { runLabel } from "../execute.js";
import { runId } from "../id.js";
import type { RunSpec } from "../spec.js";
import type { RecordStore } from "../store.js";
import type { FailedRun } from "../sweep.js";
import { type QueuedTask, queuedTasks, slurm } from "./client.js";
import { failuresOf, jobNameOf, logFile, type SlurmSweep } from "./sweep-folder.js";

export interface SweepStatus {
  readonly name: string;
  readonly folder: string;
  readonly runs: number;
  /** Runs with a record. */
  readonly recorded: number;
  /** Runs without one, in tasks that run. */
  readonly running: readonly RunSpec[];
  /** Runs without one, in tasks that wait. */
  readonly waiting: readonly RunSpec[];
  /** Runs that failed, with why; told once their task is over, since a task that is requeued tries again. */
  readonly failed: readonly FailedRun[];
  /** Runs whose task is over without a record or a word: killed, out of time or memory, cancelled. */
  readonly lost: readonly FailedRun[];
  /** Tasks in the queue. */
  readonly tasks: readonly QueuedTask[];
}

/** The sweeps' states; one question to Slurm. @throws UserError where it is not here or does not answer */
export async function sweepStatus(sweeps: readonly SlurmSweep[], store: RecordStore): Promise<readonly SweepStatus[]> {
  // The queue first: what a task that is no longer in it has written is then there to be seen.
  const queue = await queuedTasks(sweeps.map(({ name }) => jobNameOf(name)));
  const ids = store.ids();
  return sweeps.map((sweep) => statusOf(sweep, queue.get(jobNameOf(sweep.name)) ?? [], ids));
}

/** @internal From what the queue has of the sweep and the ids that have a record. */
export function statusOf(sweep: SlurmSweep, tasks: readonly QueuedTask[], recorded: ReadonlySet<string>): SweepStatus {
  const { name, folder, specs, runsPerTask } = sweep;
  const states = new Map(tasks.map(({ index, state }) => [index, state]));
  const failures = failuresOf(sweep);
  const running: RunSpec[] = [];
  const waiting: RunSpec[] = [];
  const failed: FailedRun[] = [];
  const lost: FailedRun[] = [];
  for (const [at, spec] of specs.entries()) {
    const id = runId(spec);
    if (recorded.has(id)) continue;
    const index = Math.floor(at / runsPerTask);
    const message = failures.get(id);
    const state = states.get(index);
    const label = runLabel(spec);
    if (state === "PENDING") waiting.push(spec);
    else if (state !== undefined) running.push(spec);
    else if (message !== undefined) failed.push({ id, label, message });
    else
      lost.push({
        id,
        label,
        message: `its task ended without it (killed, out of time or memory?): see ${logFile(sweep, index)}`,
      });
  }
  const missing = running.length + waiting.length + failed.length + lost.length;
  return { name, folder, runs: specs.length, recorded: specs.length - missing, running, waiting, failed, lost, tasks };
}

/** Takes the sweep's tasks out of the queue and ends those that run; finished runs are kept. Returns how many there were. */
export async function cancelSweep({ name }: SlurmSweep): Promise<number> {
  const jobName = jobNameOf(name);
  const tasks = (await queuedTasks([jobName])).get(jobName) ?? [];
  if (tasks.length > 0) await slurm("scancel", [`--name=${jobName}`]);
  return tasks.length;
}
