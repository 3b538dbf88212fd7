/** `vghif data features DATASET`: what a frozen visual tower makes of the videos, computed before runs ask for it. */
import type { Command } from "commander";
import { UsageError } from "../errors.js";
import type { FeatureJob } from "../experiments/features/job.js";
import type { FeatureRun } from "../experiments/features/local.js";
import type { SlurmConfig } from "../experiments/slurm/config.js";
import type { FamilyName } from "../models/families.js";

interface Options {
  readonly split: string;
  readonly model: string;
  readonly weights: string;
  readonly frames: string;
  readonly tokens: string;
  readonly half?: boolean;
  readonly shard: string;
  readonly jobs: string;
  readonly engine: string;
  readonly slurm?: string;
  readonly json?: boolean;
}

/** Unreadable videos that are printed one by one. */
const SHOWN = 10;

export function registerFeatures(data: Command): void {
  data
    .command("features")
    .argument("<dataset>", "a dataset's name, or the folder of its manifest")
    .option("--split <names>", "train, val, test, several with commas, or all", "all")
    .option("--model <name>", "clip, xclip, vificlip or actionclip", "clip")
    .option("--weights <name>", "smoke-clip, an official name, or any checkpoint file", "smoke-clip")
    .option("--frames <count>", "frames sampled over a video", "8")
    .option("--tokens <which>", "cls+patch, or all: every token of every frame, much larger", "cls+patch")
    .option("--half", "store 16-bit floats, half the bytes; for your own use, runs do not read these")
    .option("--shard <part>", "only this part of the videos, such as 2/8", "1/1")
    .option("--jobs <count>", "worker processes; with --engine slurm, tasks", "1")
    .option("--engine <name>", "local, or slurm", "local")
    .option("--slurm <file>", "partition, time, memory, GPUs and so on; default: slurm.json in the project")
    .option("--json", "print JSON")
    .description("compute the videos' features that are not there yet; runs with a frozen visual tower then read them")
    .action(async (name: string, options: Options) => {
      const { slurmOf } = await import("./run-tables.js");
      const { prepare } = await import("../experiments/prepare.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { progressOn } = await import("./progress.js");
      const { count } = await import("./numbers.js");
      const slurm = await slurmOf(options.engine, options.slurm);
      const jobs = count("--jobs", options.jobs);
      const choices = await choicesOf(options);
      const progress = progressOn();
      const end = await untilInterrupted(
        async (signal) => {
          const onVideo = (dataset: string, done: number, total: number): void =>
            progress.show(`data ${dataset}`, done, total);
          await prepare([{ dataset: name, weights: choices.weights }], { signal, onVideo });
          const job = { dataset: name, splits: await splitsNamed(options.split, name), ...choices };
          return run(job, slurm, jobs, signal, (what, done, total) => progress.show(what, done, total));
        },
        slurm
          ? "the tasks go on: run the same command again to wait for them"
          : "features made so far are kept: run the same command again to go on",
      ).finally(() => progress.stop());
      if (end !== null) tell(name, end, options.json ?? false);
    });
}

async function run(
  job: FeatureJob,
  slurm: SlurmConfig | null,
  jobs: number,
  signal: AbortSignal,
  show: (what: string, done: number, total: number) => void,
): Promise<FeatureRun> {
  if (slurm) {
    const { runFeaturesOnSlurm } = await import("../experiments/features/slurm.js");
    return runFeaturesOnSlurm(job, slurm, { tasks: jobs, signal, onProgress: (...at) => show("tasks", ...at) });
  }
  const { runFeaturesHere } = await import("../experiments/features/local.js");
  const { coresOfTask } = await import("../experiments/slurm/task.js");
  const cores = process.env.SLURM_JOB_ID === undefined ? {} : { cores: coresOfTask(process.env) };
  return runFeaturesHere(job, { jobs, ...cores, signal, onProgress: (...at) => show("features", ...at) });
}

async function choicesOf(options: Options): Promise<Omit<FeatureJob, "dataset" | "splits">> {
  const { FAMILIES } = await import("../models/families.js");
  const { count } = await import("./numbers.js");
  const { model, weights, tokens, half = false } = options;
  if (!Object.hasOwn(FAMILIES, model))
    throw new UsageError(`--model is "${model}": give ${Object.keys(FAMILIES).join(", ")}`);
  if (tokens !== "cls+patch" && tokens !== "all")
    throw new UsageError(`--tokens is "${tokens}": give cls+patch or all`);
  const frames = count("--frames", options.frames);
  return { model: model as FamilyName, weights, frames, tokens, half, shard: shardOf(options.shard) };
}

/** "2/8": the second of eight parts. */
function shardOf(text: string): FeatureJob["shard"] {
  const [part = 0, count = 0] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (part < 1 || part > count)
    throw new UsageError(`--shard is "${text}": give a part of the whole, such as 1/4 or 4/4`);
  return { index: part - 1, count };
}

async function splitsNamed(text: string, dataset: string): Promise<FeatureJob["splits"]> {
  const { findDataset } = await import("../data/manifest-find.js");
  const { splitsOf } = await import("../experiments/features/job.js");
  if (text === "all") return splitsOf(findDataset(dataset));
  return text.split(",").map((split) => {
    if (split === "train" || split === "val" || split === "test") return split;
    throw new UsageError(`--split is "${text}": give train, val, test, several with commas, or all`);
  });
}

function tell(dataset: string, { totals, failed, seconds }: FeatureRun, json: boolean): void {
  const { videos, made, skipped, bytes, folder } = totals;
  for (const message of failed) console.error(`vghif: ${message}`);
  if (failed.length > 0) process.exitCode = 1;
  if (json) {
    if (failed.length === 0)
      console.log(JSON.stringify({ dataset, ...totals, seconds, videosPerSecond: made / seconds }));
    return;
  }
  for (const { path, reason } of skipped.slice(0, SHOWN)) console.log(`unreadable  ${path}: ${reason}`);
  if (skipped.length > SHOWN) console.log(`unreadable  and ${skipped.length - SHOWN} more`);
  const counts = `${videos} videos have features: ${made} made now, ${videos - made} there before, ${skipped.length} unreadable`;
  const speed = `${seconds.toFixed(1)} s, ${(made / seconds).toFixed(1)} videos/s`;
  console.log(`${dataset}: ${counts}; ${(bytes / 1e6).toFixed(1)} MB in ${folder}; ${speed}`);
}
