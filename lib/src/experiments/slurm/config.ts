/** What a sweep asks of a Slurm cluster: a small typed JSON file, checked at the door. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.js";
import { projectPath } from "../../project.js";
import { checked } from "../checked.js";

/** Every field but the counts is left to the cluster's own default where it is absent. */
export interface SlurmConfig {
  readonly partition?: string;
  readonly account?: string;
  readonly qos?: string;
  /** Most time a task may take, in Slurm's own form: "90" (minutes), "02:30:00", "1-12" (days-hours). */
  readonly time?: string;
  /** Memory of a task: "8G". */
  readonly memory?: string;
  /** Processor cores of a task. */
  readonly cpus?: number;
  /** GPUs of a task, of any type (2) or of one ("a100:2"); asked for as `--gres=gpu:...`. */
  readonly gpus?: number | string;
  /** Tasks that may run at the same time. Default: as many as the cluster gives. */
  readonly tasks?: number;
  /** Runs of a task, one after another. Default 20. */
  readonly runsPerTask: number;
  /** Worker processes in a task, which share its cores. Default 1. */
  readonly jobs: number;
  /** Lines of shell that come before the work: modules, variables. Default: none. */
  readonly env: readonly string[];
  /** Further options of sbatch, one a text: "--exclude=node3". Default: none. */
  readonly options: readonly string[];
}

const name = z.string().regex(/^[\w.,@+-]+$/, "Invalid name: expected letters, digits and . , @ + - _");
const positive = z.int().positive();
const GPUS = 'Invalid gpus: expected a number or "type:number"';

const schema: z.ZodType<SlurmConfig> = z.strictObject({
  partition: name.exactOptional(),
  account: name.exactOptional(),
  qos: name.exactOptional(),
  time: z
    .string()
    .regex(/^(\d+-)?\d+(:\d+){0,2}$/, 'Invalid time: expected minutes, "hours:minutes:seconds" or "days-hours"')
    .exactOptional(),
  memory: z
    .string()
    .regex(/^\d+[KMGT]?$/, 'Invalid memory: expected a number with K, M, G or T, such as "8G"')
    .exactOptional(),
  cpus: positive.exactOptional(),
  gpus: z.union([positive, z.string().regex(/^\w[\w.-]*:\d+$/, GPUS)], GPUS).exactOptional(),
  tasks: positive.exactOptional(),
  runsPerTask: positive.default(20),
  jobs: positive.default(1),
  env: z.array(z.string().regex(/^[^\n\r]*$/, "Invalid line: expected one line of shell")).default([]),
  options: z.array(z.string().regex(/^-\S/, 'Invalid option: expected a text such as "--exclude=node3"')).default([]),
}) as z.ZodType<SlurmConfig>;

/**
 * Reads the configuration. Default: `slurm.json` in the project, or all defaults where there is none.
 *
 * @throws UserError in one line where the file is absent, is no JSON or has a wrong field
 */
export function readSlurmConfig(file?: string): SlurmConfig {
  const source = file ?? projectPath("slurm.json");
  if (file === undefined && !existsSync(source)) return parseSlurmConfig({}, source);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(source, "utf8"));
  } catch (error) {
    const what = error instanceof SyntaxError ? "is not JSON" : "cannot be read";
    throw new UserError(`the Slurm configuration ${path.resolve(source)} ${what}: ${messageOf(error)}`);
  }
  return parseSlurmConfig(value, source);
}

/** Checks unknown JSON to be a SlurmConfig. @throws UserError naming `source` and each wrong field */
export function parseSlurmConfig(value: unknown, source: string): SlurmConfig {
  return checked(schema, value, `${source} is not a Slurm configuration`);
}

/** The options of sbatch that the configuration stands for. */
export function sbatchOptions({ partition, account, qos, time, memory, cpus, gpus, options }: SlurmConfig): string[] {
  const fields: readonly (readonly [string, string | number | undefined])[] = [
    ["partition", partition],
    ["account", account],
    ["qos", qos],
    ["time", time],
    ["mem", memory],
    ["cpus-per-task", cpus],
    ["gres", gpus === undefined ? undefined : `gpu:${gpus}`],
  ];
  return [...fields.flatMap(([option, value]) => (value === undefined ? [] : [`--${option}=${value}`])), ...options];
}
