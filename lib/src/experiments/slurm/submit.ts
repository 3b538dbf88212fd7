/** Hands what has no record to Slurm as one job array. */
import { rmSync } from "node:fs";
import path from "node:path";
import { writeFileWhole } from "../../files.js";
import { PACKAGE_ROOT } from "../../project.js";
import { runId } from "../id.js";
import type { RunSpec } from "../spec.js";
import type { RecordStore } from "../store.js";
import { missingSpecs } from "../sweep.js";
import { queuedTasks, slurm } from "./client.js";
import { type SlurmConfig, sbatchOptions } from "./config.js";
import { createSweep, findSweep, jobNameOf, type SlurmSweep, sliceOf, sweepNames, taskCount } from "./sweep-folder.js";

export interface Submitted {
  /** The new sweep; null where nothing was left to submit. */
  readonly sweep: SlurmSweep | null;
  /** Earlier sweeps whose tasks, waiting or running, have some of the runs already. */
  readonly earlier: readonly SlurmSweep[];
}

/**
 * Submits every spec that has no record and is in no queued task of an earlier sweep, so that a call that is repeated, also
 * after the first was killed, submits nothing twice.
 *
 * @throws UserError where Slurm is not here or refuses; then no sweep is left behind
 */
export async function submitSweep(
  specs: readonly RunSpec[],
  store: RecordStore,
  config: SlurmConfig,
): Promise<Submitted> {
  const missing = missingSpecs(specs, store);
  if (missing.length === 0) return { sweep: null, earlier: [] };
  const wanted = new Set(missing.map(runId));
  const earlier: SlurmSweep[] = [];
  for (const { sweep, queued } of await queuedSweeps(store)) {
    const shared = queued.filter((id) => wanted.delete(id));
    if (shared.length > 0) earlier.push(sweep);
  }
  const fresh = missing.filter((spec) => wanted.has(runId(spec)));
  if (fresh.length === 0) return { sweep: null, earlier };
  const sweep = createSweep(fresh, store, config);
  const script = path.join(sweep.folder, "task.sh");
  try {
    writeFileWhole(script, taskScript(sweep, config, store));
    await slurm("sbatch", [...arrayOptions(sweep, config), ...sbatchOptions(config), script]);
  } catch (error) {
    rmSync(sweep.folder, { recursive: true, force: true });
    throw error;
  }
  return { sweep, earlier };
}

/** Sweeps with tasks in the queue, and the ids of these tasks' runs. */
async function queuedSweeps(
  store: RecordStore,
): Promise<readonly { readonly sweep: SlurmSweep; readonly queued: readonly string[] }[]> {
  const names = sweepNames(store);
  const tasks = await queuedTasks(names.map(jobNameOf));
  return names.flatMap((name) => {
    const own = tasks.get(jobNameOf(name)) ?? [];
    if (own.length === 0) return [];
    const sweep = findSweep(name, store);
    return [{ sweep, queued: own.flatMap(({ index }) => sliceOf(sweep, index).map(runId)) }];
  });
}

/** A log is appended to, so that a task that is requeued keeps what it said before. */
function arrayOptions(sweep: SlurmSweep, { tasks }: SlurmConfig): string[] {
  const logs = path.join(sweep.folder, "logs").replaceAll("%", "%%");
  return [
    `--job-name=${jobNameOf(sweep.name)}`,
    `--array=0-${taskCount(sweep) - 1}${tasks === undefined ? "" : `%${tasks}`}`,
    `--output=${path.join(logs, "task-%a.log")}`,
    "--open-mode=append",
    "--requeue",
  ];
}

/** What a task runs: folders and choices as they are here, the user's lines, then the command line itself. */
export function taskScript(
  sweep: SlurmSweep,
  { env }: SlurmConfig,
  { folder }: RecordStore,
  variables: NodeJS.ProcessEnv = process.env,
): string {
  const command = [process.execPath, path.join(PACKAGE_ROOT, "bin", "vghif.js"), "sweep", "task", sweep.folder];
  return [
    "#!/bin/bash",
    `# A task of the sweep ${sweep.name}; SLURM_ARRAY_TASK_ID says which runs of specs.json are its own.`,
    ...variablesOf({ ...variables, VGHIF_RECORDS: folder }),
    ...env,
    `exec ${command.map(quoted).join(" ")} "$SLURM_ARRAY_TASK_ID"`,
    "",
  ].join("\n");
}

/** Lines of shell that give a task this project's variables. */
export function variablesOf(variables: NodeJS.ProcessEnv): string[] {
  return Object.entries(variables)
    .filter(([name, value]) => name.startsWith("VGHIF_") && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `export ${name}=${quoted(value!)}`);
}

/** A text as one word of the shell. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
