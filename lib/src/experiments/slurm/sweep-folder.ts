/**
 * A submitted sweep on disk, beside the records that it makes: `sweeps/<name>/` holds `sweep.json`, `specs.json` (what to run,
 * one list), `task.sh`, `logs/` and `failed/` (a message a run). The folder and the queue together say everything, so that any
 * process may ask, wait or cancel, and one that is killed loses nothing.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.js";
import { writeFileWhole } from "../../files.js";
import { checked } from "../checked.js";
import { parseSpec } from "../parse-spec.js";
import type { RunSpec } from "../spec.js";
import type { RecordStore } from "../store.js";

export interface SlurmSweep {
  /** "20261124-141500-3fa21c07". */
  readonly name: string;
  readonly folder: string;
  /** ISO time. */
  readonly submitted: string;
  /** Worker processes in a task. */
  readonly jobs: number;
  readonly runsPerTask: number;
  /** In order; task `i` has those from `i * runsPerTask` on. */
  readonly specs: readonly RunSpec[];
}

const head = z.strictObject({
  name: z.string(),
  submitted: z.string(),
  jobs: z.int().positive(),
  runsPerTask: z.int().positive(),
});

/** Most tasks in an array: the highest index that Slurm takes by default is 1000. */
const MOST_TASKS = 1001;

/** Where the sweeps into a records folder are. */
export function sweepsFolder({ folder }: RecordStore): string {
  return path.join(folder, "sweeps");
}

/** Writes a new sweep's folder. @throws UserError where it cannot be written */
export function createSweep(
  specs: readonly RunSpec[],
  store: RecordStore,
  { jobs, runsPerTask }: Pick<SlurmSweep, "jobs" | "runsPerTask">,
): SlurmSweep {
  const now = new Date().toISOString();
  const name = `${now.slice(0, 10).replaceAll("-", "")}-${now.slice(11, 19).replaceAll(":", "")}-${randomBytes(4).toString("hex")}`;
  const folder = path.join(sweepsFolder(store), name);
  const sweep = {
    ...{ name, submitted: now, jobs },
    runsPerTask: Math.max(runsPerTask, Math.ceil(specs.length / MOST_TASKS)),
  };
  try {
    for (const part of ["logs", "failed"]) mkdirSync(path.join(folder, part), { recursive: true });
    writeFileWhole(path.join(folder, "specs.json"), `${JSON.stringify(specs)}\n`);
    writeFileWhole(path.join(folder, "sweep.json"), `${JSON.stringify(sweep, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`cannot write the sweep's folder ${folder}: ${messageOf(error)}`);
  }
  return { ...sweep, folder, specs };
}

/** Reads a sweep's folder. @throws UserError where it is none, or damaged */
export function openSweep(folder: string): SlurmSweep {
  const file = path.join(folder, "sweep.json");
  const sweep = checked(head, jsonIn(file), `${file} is not a sweep`);
  const specs = checked(z.array(z.unknown()), jsonIn(path.join(folder, "specs.json")), `${folder}: specs.json`);
  return { ...sweep, folder, specs: specs.map((spec, at) => parseSpec(spec, `${folder}: spec ${at} of specs.json`)) };
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
}

/** Names of the sweeps into a records folder, oldest first. One whose writer was killed half-way is none. */
export function sweepNames(store: RecordStore): readonly string[] {
  const parent = sweepsFolder(store);
  if (!existsSync(parent)) return [];
  return readdirSync(parent)
    .filter((name) => existsSync(path.join(parent, name, "sweep.json")))
    .sort();
}

/** A sweep by its name. @throws UserError that lists the names */
export function findSweep(name: string, store: RecordStore): SlurmSweep {
  const names = sweepNames(store);
  if (names.includes(name)) return openSweep(path.join(sweepsFolder(store), name));
  throw new UserError(
    `there is no sweep "${name}" in ${sweepsFolder(store)}; there ${names.length === 0 ? "is none" : `are ${names.join(", ")}`}`,
  );
}

/** The array's name in the queue. No other sweep has it, so nothing needs to remember the job's number. */
export function jobNameOf(sweepName: string): string {
  return `vghif-${sweepName}`;
}

/** Number of tasks. */
export function taskCount({ specs, runsPerTask }: SlurmSweep): number {
  return Math.ceil(specs.length / runsPerTask);
}

/** The runs of task `index`, in order. */
export function sliceOf({ specs, runsPerTask }: SlurmSweep, index: number): readonly RunSpec[] {
  return specs.slice(index * runsPerTask, (index + 1) * runsPerTask);
}

/** Where what task `index` prints goes. */
export function logFile({ folder }: SlurmSweep, index: number): string {
  return path.join(folder, "logs", `task-${index}.log`);
}

const failureFile = ({ folder }: SlurmSweep, id: string): string => path.join(folder, "failed", `${id}.txt`);

/** Keeps why a run failed: one line. */
export function noteFailure(sweep: SlurmSweep, id: string, message: string): void {
  writeFileWhole(failureFile(sweep, id), `${message}\n`);
}

/** Forgets a run's failure: it is tried again. */
export function clearFailure(sweep: SlurmSweep, id: string): void {
  rmSync(failureFile(sweep, id), { force: true });
}

/** Why runs failed, by id. */
export function failuresOf(sweep: SlurmSweep): ReadonlyMap<string, string> {
  const folder = path.join(sweep.folder, "failed");
  const files = readdirSync(folder).filter((file) => file.endsWith(".txt"));
  return new Map(files.map((file) => [file.slice(0, -4), readFileSync(path.join(folder, file), "utf8").trim()]));
}
