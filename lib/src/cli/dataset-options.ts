/** Options of commands that rebuild the declared tables on one dataset. */
import { type Command, Option } from "commander";
import type { Spelling } from "../data/class-names.js";
import { UsageError } from "../errors.js";
import type { TargetsOn } from "../experiments/own/targets.js";
import type { ReportParts } from "../experiments/report/write.js";
import type { Scale } from "../experiments/spec.js";
import { count } from "./numbers.js";

const SPELLINGS: readonly Spelling[] = ["words", "camel", "snake"];

export interface DatasetTexts {
  readonly dataset?: string;
  readonly weights?: string;
  readonly models?: string;
  readonly shots?: string;
  readonly seeds?: string;
  readonly spelling?: Spelling;
}

/** Adds --dataset, and what changes with it. */
export function withDatasetOptions(command: Command): Command {
  return command
    .option("--dataset <name>", "rebuild full, few-shot, ablations and figures on this dataset, such as your own")
    .option("--weights <name>", "with --dataset: an official name, or any checkpoint file; default: the scale's")
    .option("--models <list>", "with --dataset: backbones of comparisons; default: clip,xclip,vificlip")
    .option("--shots <list>", "with --dataset: training videos a class; default: those that every class has")
    .option("--seeds <count>", "with --dataset: repetitions; default: the table's")
    .addOption(new Option("--spelling <how>", "with --dataset: how prompts spell class names").choices(SPELLINGS));
}

/** The targets on the dataset, and its report's folder; null without --dataset. */
export async function targetsOn(
  names: readonly string[],
  { dataset, weights, models, shots, seeds, spelling }: DatasetTexts,
): Promise<(TargetsOn & { readonly folder: string }) | null> {
  if (dataset === undefined) {
    const alone = Object.entries({ weights, models, shots, seeds, spelling }).find(([, text]) => text !== undefined);
    if (alone) throw new UsageError(`--${alone[0]} is for --dataset NAME: the declared tables have their own`);
    return null;
  }
  const { backbonesOf } = await import("../experiments/own/choice.js");
  const { findTargetsOn, reportFolderOn } = await import("../experiments/own/targets.js");
  const { findDataset } = await import("../data/manifest-find.js");
  const { reportFolder } = await import("../experiments/report/write.js");
  const targets = await findTargetsOn(names, dataset, {
    ...(weights === undefined ? {} : { weights }),
    ...(models === undefined ? {} : { models: backbonesOf(models) }),
    ...(shots === undefined ? {} : { shots: shots.split(",").map((text) => count("--shots", text.trim())) }),
    ...(seeds === undefined ? {} : { seeds: count("--seeds", seeds) }),
    ...(spelling === undefined ? {} : { spelling }),
  });
  return { ...targets, folder: reportFolderOn(reportFolder(), findDataset(dataset)) };
}

/** Parts of the dataset's report beside its tables: nothing of the declared tables. */
export function partsOn({ embedded }: TargetsOn, scale: Scale): ReportParts {
  const pair = embedded(scale);
  return pair ? { cost: false, figures: ["figure-embedding"], embedded: pair } : { cost: false, figures: [] };
}
