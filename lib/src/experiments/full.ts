/** The comparison under full supervision, baselines against baselines + VgHIF: tables 1 to 3 and 5. */
import { BACKBONES, type ComparedKey, type ComparedRow, comparedRows } from "./compared.js";
import type { PublishedRow } from "./published.js";
import { fullRecipe } from "./recipes.js";
import type { RunSpec, Scale } from "./spec.js";
import { defineTable, type Table, type TableColumn } from "./table.js";

/** A dataset of which the whole training split is used. */
export interface FullDataset extends Readonly<Record<Scale, string>> {
  /** What the reader sees at scale `paper`. */
  readonly title: string;
  /**
   * Official splits; the field reports the mean over them. At scale `paper` seed s runs on split s mod splits + 1 (dataset
   * "<name>-<split>"), so that the mean over seeds is that mean. Default: one split, and the dataset's own name.
   */
  readonly splits?: number;
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
      dataset: nameOf(dataset, seed, scale),
      shots: null,
      seed,
      ...fullRecipe(model, scale),
      vghif,
      evaluate: dataset.evaluate[scale],
    }),
    published,
  });
}

function nameOf({ splits = 1, ...names }: FullDataset, seed: number, scale: Scale): string {
  return scale === "paper" && splits > 1 ? `${names.paper}-${(seed % splits) + 1}` : names[scale];
}
