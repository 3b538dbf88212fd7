/** The comparison under full supervision, baselines against baselines + VgHIF: tables 1 to 3 and 5. */
import { BACKBONES, type ComparedKey, type ComparedRow, comparedRows } from "./compared.js";
import { type SplitDataset, splitOf } from "./official-split.js";
import type { PublishedRow } from "./published.js";
import { fullRecipe } from "./recipes.js";
import type { RunSpec, Scale } from "./spec.js";
import { defineTable, type Table, type TableColumn } from "./table.js";

/** A dataset of which the whole training split is used. The field reports the mean over official splits: a seed runs on one. */
export interface FullDataset extends SplitDataset {
  /** What the reader sees at scale `paper`. */
  readonly title: string;
  /** Split whose accuracy is reported. */
  readonly evaluate: Readonly<Record<Scale, RunSpec["evaluate"]>>;
}

export interface FullColumn extends TableColumn {
  readonly dataset: FullDataset;
}

export type FullTable = Table<ComparedKey<(typeof BACKBONES)[number]>, ComparedRow, FullColumn>;

export interface FullChoice {
  readonly id: string;
  readonly title: string;
  readonly datasets: readonly FullDataset[];
  readonly seeds: Readonly<Record<Scale, readonly number[]>>;
  /** Default: none. */
  readonly published?: () => readonly PublishedRow[];
}

/** Declares a table of full supervision over the three backbones; column keys are the datasets' names at scale `paper`. */
export function fullTable({ id, title, datasets, seeds, published = () => [] }: FullChoice): FullTable {
  return defineTable({
    id,
    title,
    claim: "VgHIF improves each backbone",
    metric: "top1",
    models: true,
    ...comparedRows(BACKBONES),
    columns: Object.fromEntries(
      datasets.map((dataset) => [dataset.paper, { label: "all training videos", dataset }] as const),
    ),
    seeds,
    spec: ({ model, vghif }, { dataset }, seed, scale) => ({
      scale,
      task: "full",
      dataset: splitOf(dataset, seed, scale),
      shots: null,
      seed,
      ...fullRecipe(model, scale),
      vghif,
      evaluate: dataset.evaluate[scale],
    }),
    published,
  });
}
