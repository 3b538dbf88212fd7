/** Slurm's own commands, called as a user would. Nothing here knows what a task does. */
import { execFile } from "node:child_process";
import { messageOf, UserError } from "../../errors.js";

export type SlurmCommand = "sbatch" | "squeue" | "scancel";

/** A command that does not answer is given up after so many milliseconds. */
const PATIENCE = 60_000;

/**
 * Runs a command of Slurm and returns what it prints.
 *
 * @throws UserError in one line where it is not installed, does not answer, or refuses
 */
export function slurm(command: SlurmCommand, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { timeout: PATIENCE, encoding: "utf8" }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new UserError(refusal(command, error, stderr)));
    });
  });
}

function refusal(command: SlurmCommand, error: Error & { code?: unknown; killed?: boolean }, stderr: string): string {
  if (error.code === "ENOENT") {
    return `${command} is not here: run this on a machine of a Slurm cluster, or use --engine local`;
  }
  if (error.killed) return `${command} did not answer within ${PATIENCE / 1000} s: is the Slurm controller up?`;
  const lines = stderr.split("\n").map((line) => line.trim());
  return `${command} failed: ${lines.find((line) => line !== "") ?? messageOf(error).split("\n")[0]}`;
}

/** A task of an array as the queue has it: waiting, running or ending. What is over is not in the queue. */
export interface QueuedTask {
  readonly index: number;
  /** Slurm's own word: PENDING, RUNNING, COMPLETING, REQUEUED... */
  readonly state: string;
  /** Why it waits: Resources, Priority, BeginTime...; "None" for one that does not. */
  readonly reason: string;
}

/** The queued tasks of the arrays with these job names, by name; a name without tasks has an empty list. */
export async function queuedTasks(jobNames: readonly string[]): Promise<ReadonlyMap<string, readonly QueuedTask[]>> {
  const tasks = new Map<string, QueuedTask[]>(jobNames.map((name) => [name, []]));
  if (jobNames.length === 0) return tasks;
  const text = await slurm("squeue", ["--noheader", "--array", `--name=${jobNames.join()}`, "--format=%j|%K|%T|%r"]);
  for (const line of text.split("\n")) {
    const [name = "", index = "", state = "", reason = ""] = line.trim().split("|");
    if (/^\d+$/.test(index)) tasks.get(name)?.push({ index: Number(index), state, reason });
  }
  return tasks;
}
