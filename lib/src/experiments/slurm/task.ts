/**
 * One task of a sweep, on a node of the cluster. It may be killed at any moment, requeued or run twice: what has a record is
 * kept, a training goes on from its checkpoint, and of two records of a run the first stays.
 */
import path from "node:path";
import { UserError } from "../../errors.js";
import { runId } from "../id.js";
import { openStore } from "../store.js";
import { runMissing, type SweepResult, type SweepState } from "../sweep.js";
import { clearFailure, noteFailure, type SlurmSweep, sliceOf, taskCount } from "./sweep-folder.js";

export interface TaskOptions {
  readonly signal?: AbortSignal;
  /** Is told, in one line each, what begins and ends. */
  readonly log?: (line: string) => void;
  /** Cores that the task's workers share. Default: those that Slurm gave it. */
  readonly cores?: number;
}

/** Runs what task `index` of the sweep has to and has no record. @throws UserError where there is no such task */
export async function runTask(
  sweep: SlurmSweep,
  index: number,
  { signal, log = () => undefined, cores = coresOfTask(process.env) }: TaskOptions = {},
): Promise<SweepResult> {
  const specs = sliceOf(sweep, index);
  if (specs.length === 0)
    throw new UserError(`sweep ${sweep.name} has the tasks 0 to ${taskCount(sweep) - 1}, not ${index}`);
  for (const spec of specs) clearFailure(sweep, runId(spec));
  const noted = new Set<string>();
  const begun = new Set<string>();
  const onState = ({ done, total, failed, running }: SweepState): void => {
    for (const { id, label } of running) {
      if (begun.has(id)) continue;
      begun.add(id);
      log(`run ${done + failed.length + running.length} of ${total}: ${label}`);
    }
    for (const { id, label, message } of failed) {
      if (noted.has(id)) continue;
      noted.add(id);
      noteFailure(sweep, id, message);
      log(`failed: ${label}: ${message}`);
    }
  };
  const store = openStore(path.resolve(sweep.folder, "..", ".."));
  const result = await runMissing(specs, store, {
    ...{ jobs: sweep.jobs, cores, onState },
    ...(signal ? { signal } : {}),
  });
  log(`${result.done} done, ${result.failed.length} failed, ${result.kept} were there`);
  return result;
}

/** Cores that Slurm gave this task, by the variables that it sets; 1 where it says nothing. */
export function coresOfTask({ SLURM_CPUS_PER_TASK, SLURM_CPUS_ON_NODE }: NodeJS.ProcessEnv): number {
  const cores = Number(SLURM_CPUS_PER_TASK ?? SLURM_CPUS_ON_NODE);
  return Number.isInteger(cores) && cores > 0 ? cores : 1;
}
