/** A dataset that the declared tables are rebuilt on, and what they must know of it: its classes, its splits, its weights' depth. */
import type { Spelling } from "../../data/class-names.js";
import { GENERATED } from "../../data/generated/datasets.js";
import { findDataset } from "../../data/manifest-find.js";
import { UsageError, UserError } from "../../errors.js";
import { BACKBONES } from "../compared.js";
import type { RunSpec } from "../spec.js";
import { visionLayersOf } from "../vision-layers.js";

export type Backbone = (typeof BACKBONES)[number];

export interface DatasetOptions {
  /** Name of a checkpoint, or its file. Default: the scale's. */
  readonly weights?: string;
  /** Videos a class, of few-shot tables; an ablation takes the most of them. Default: those of the table that every class has. */
  readonly shots?: readonly number[];
  /** How many, from 0 on. Default: the table's. */
  readonly seeds?: number;
  /** Backbones of comparisons. Default: all three. */
  readonly models?: readonly Backbone[];
  /** How prompts spell the class names. Default: as they are. */
  readonly spelling?: Spelling;
}

export interface ChosenDataset extends DatasetOptions {
  /** As its manifest has it; part of the rebuilt tables' ids. */
  readonly name: string;
  /** As asked for: a name or a folder; what the runs' specs say. */
  readonly dataset: string;
  readonly classes: number;
  /** Training videos of the class that has the fewest, and that class. */
  readonly least: { readonly videos: number; readonly className: string };
  /** The split that is scored: test, or val where there is no test. */
  readonly evaluate: RunSpec["evaluate"];
  /** Whether smoke-clip was pre-trained for its world. */
  readonly drawn: boolean;
  /** Blocks of the visual tower of `weights`; null: the scale's own. */
  readonly visionLayers: number | null;
}

/** Backbones from a list with commas. @throws UsageError that lists them */
export function backbonesOf(text: string): readonly Backbone[] {
  return [...new Set(text.split(",").map((name) => name.trim()))].map((name) => {
    const known = BACKBONES.find((backbone) => backbone === name);
    if (known) return known;
    throw new UsageError(`there is no backbone "${name}"; there are ${BACKBONES.join(", ")}`);
  });
}

/** @throws UserError where there is no such dataset, it has nothing to score, or a class has fewer training videos than the most shots */
export async function chooseDataset(dataset: string, options: DatasetOptions = {}): Promise<ChosenDataset> {
  const { name, classes, splits } = findDataset(dataset);
  const evaluate = (["test", "val"] as const).find((split) => (splits[split] ?? []).length > 0);
  if (evaluate === undefined) {
    throw new UserError(
      `dataset "${name}" has neither test nor val videos, so there is nothing to measure: see its manifest`,
    );
  }
  const counts = classes.map(() => 0);
  for (const { label } of splits.train ?? []) counts[label]! += 1;
  const videos = Math.min(...counts);
  const className = classes[counts.indexOf(videos)]!;
  const most = Math.max(0, ...(options.shots ?? []));
  if (most > videos) {
    throw new UserError(
      `class "${className}" of "${name}" has ${videos} training video${videos === 1 ? "" : "s"}, fewer than the ${most} ` +
        "shots asked for: ask for fewer shots or add videos of it",
    );
  }
  return {
    ...options,
    name,
    dataset,
    classes: classes.length,
    least: { videos, className },
    evaluate,
    drawn: GENERATED.some((declared) => declared.name === dataset),
    visionLayers: options.weights === undefined ? null : await visionLayersOf(options.weights),
  };
}

/**
 * The shots that a rebuilt table has: those asked for; else of its own those that every class has; else the largest power of two
 * that it has. @throws UserError where a class has no training video
 */
export function shotsOn(
  chosen: ChosenDataset,
  declared: readonly number[],
  kind: "comparison" | "ablation",
): readonly number[] {
  const { least, name, shots } = chosen;
  if (least.videos === 0) {
    throw new UserError(
      `class "${least.className}" of "${name}" has no training video: few-shot runs need one of every class`,
    );
  }
  const wanted = [...new Set(shots ?? declared)].sort((a, b) => a - b).filter((k) => k <= least.videos);
  const there = wanted.length > 0 ? wanted : [2 ** Math.floor(Math.log2(least.videos))];
  return kind === "ablation" ? there.slice(-1) : there;
}
