/** A job of features on a Slurm cluster: one array, each task a part of the videos, all writing into one store. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "../../errors.js";
import { cacheFolder } from "../../features/cache.js";
import { writeFileWhole } from "../../files.js";
import { PACKAGE_ROOT } from "../../project.js";
import { canonicalJson } from "../id.js";
import { queuedTasks, slurm } from "../slurm/client.js";
import { type SlurmConfig, sbatchOptions } from "../slurm/config.js";
import { quoted, variablesOf } from "../slurm/submit.js";
import { type FeatureJob, type FeatureTotals, totalOf } from "./job.js";
import type { FeatureRun } from "./local.js";

/** Milliseconds between two looks at the queue. */
const EVERY = 2000;

export interface SlurmOptions {
  /** Tasks of the array. */
  readonly tasks: number;
  /** Ends the waiting, not the tasks. */
  readonly signal?: AbortSignal;
  /** Tasks that have ended. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Submits a job's tasks, unless those of an earlier call are still in the queue, and waits until none is. What a task that was
 * killed had made is kept: call again.
 *
 * @throws UserError where Slurm is not here or refuses
 */
export async function runFeaturesOnSlurm(
  job: FeatureJob,
  config: SlurmConfig,
  { tasks, signal, onProgress }: SlurmOptions,
): Promise<FeatureRun> {
  const begun = performance.now();
  const id = createHash("sha256")
    .update(canonicalJson({ job, tasks, cache: cacheFolder() }))
    .digest("hex")
    .slice(0, 12);
  const name = `vghif-features-${id}`;
  const folder = path.join(cacheFolder(), "feature-jobs", id);
  const queued = async (): Promise<number> => (await queuedTasks([name])).get(name)!.length;
  if ((await queued()) === 0) await submit(job, config, tasks, name, folder);
  for (let waiting = await queued(); waiting > 0 && !signal?.aborted; waiting = await queued()) {
    onProgress?.(tasks - waiting, tasks);
    await sleep(EVERY, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
  signal?.throwIfAborted();
  const all = Array.from({ length: tasks }, (_, at) => resultOf(folder, at + 1));
  return {
    totals: totalOf(all.flatMap((one) => (typeof one === "string" ? [] : [one]))),
    failed: all.flatMap((one) => (typeof one === "string" ? [one] : [])),
    seconds: (performance.now() - begun) / 1000,
  };
}

async function submit(
  job: FeatureJob,
  config: SlurmConfig,
  tasks: number,
  name: string,
  folder: string,
): Promise<void> {
  const script = path.join(folder, "task.sh");
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileWhole(script, featureScript(job, config, tasks, folder));
  } catch (error) {
    throw new UserError(`cannot write the job's folder ${folder}: ${messageOf(error)}; set VGHIF_CACHE`);
  }
  await slurm("sbatch", [
    `--job-name=${name}`,
    `--array=1-${tasks}${config.tasks === undefined ? "" : `%${config.tasks}`}`,
    `--output=${path.join(folder.replaceAll("%", "%%"), "task-%a.log")}`,
    "--open-mode=append",
    "--requeue",
    ...sbatchOptions(config),
    script,
  ]);
}

/** What a task runs: the same command for its part; its totals, whole or not at all, are the sign that it has ended well. */
export function featureScript(job: FeatureJob, { env, jobs }: SlurmConfig, tasks: number, folder: string): string {
  const command = [process.execPath, path.join(PACKAGE_ROOT, "bin", "vghif.js"), "data", "features", job.dataset];
  const options = [
    ...["--split", job.splits.join(), "--model", job.model, "--weights", job.weights, "--frames", String(job.frames)],
    ...["--tokens", job.tokens, ...(job.half ? ["--half"] : []), "--jobs", String(jobs), "--json", "--shard"],
  ];
  const result = `${quoted(folder)}/result-"$SLURM_ARRAY_TASK_ID".json`;
  return [
    "#!/bin/bash",
    `# Features of ${job.dataset}; SLURM_ARRAY_TASK_ID says which part, from 1 to ${tasks}.`,
    ...variablesOf(process.env),
    ...env,
    `${[...command, ...options].map(quoted).join(" ")} "$SLURM_ARRAY_TASK_ID/${tasks}" > ${result}.part &&`,
    `  mv ${result}.part ${result}`,
    "",
  ].join("\n");
}

/** A task's totals, or why there are none. */
function resultOf(folder: string, task: number): FeatureTotals | string {
  const file = path.join(folder, `result-${task}.json`);
  const log = path.join(folder, `task-${task}.log`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as FeatureTotals;
  const said = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n").at(-1)! : "";
  return `task ${task} ended without its part (${said.startsWith("vghif: ") ? said.slice(7) : "killed, out of time or memory?"}): see ${log}`;
}
