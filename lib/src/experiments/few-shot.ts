/** The few-shot comparison, baselines against baselines + VgHIF, on any datasets: table-4 and `vghif few-shot`. */
import type { FewShotLists } from "../data/few-shot.js";
import type { FamilyName } from "../models/families.js";
import type { VghifConfig } from "../models/vghif-config.js";
import { type ComparedKey, type ComparedRow, comparedRows } from "./compared.js";
import { type SplitDataset, splitOf } from "./official-split.js";
import type { PublishedRow } from "./published.js";
import { fewShotRecipe, type Recipe } from "./recipes.js";
import type { RunSpec, Scale } from "./spec.js";
import { defineTable, type Table, type TableColumn } from "./table.js";

export interface FewShotColumn extends TableColumn {
  readonly dataset: SplitDataset;
  /** Videos a class. */
  readonly shots: number;
}

export type FewShotTable<Model extends FamilyName = "clip"> = Table<ComparedKey<Model>, ComparedRow, FewShotColumn>;

export interface FewShotChoice<Model extends FamilyName = "clip"> {
  readonly id: string;
  readonly title: string;
  /** The baselines' families. Default: CLIP alone. */
  readonly models?: readonly Model[];
  /** Where there are several official splits, few-shot lists are of the first. */
  readonly datasets: readonly SplitDataset[];
  /** K: videos a class, one column each. */
  readonly shots: readonly number[];
  readonly seeds: Readonly<Record<Scale, readonly number[]>>;
  /** Published lists that the shots come from. Default: our own draws, one a seed. */
  readonly lists?: FewShotLists;
  /** Fields that differ from the family's recipe at the scale. Default: none. */
  readonly change?: Partial<Recipe>;
  /** Default: none. */
  readonly published?: () => readonly PublishedRow[];
}

/** The columns of few-shot comparisons; keys are `<dataset at paper scale>-k<shots>`. */
export function fewShotColumns(
  datasets: FewShotChoice["datasets"],
  shots: readonly number[],
): Readonly<Record<string, FewShotColumn>> {
  return Object.fromEntries(
    datasets.flatMap((dataset) =>
      shots.map((k) => [`${dataset.paper}-k${k}`, { label: `K = ${k}`, dataset, shots: k }] as const),
    ),
  );
}

/**
 * Declares a few-shot table. The two rows of a family share everything but the fusion: weights, seed (hence shots and order
 * of batches), frames, schedule and what of the backbone is trained.
 */
export function fewShotTable<Model extends FamilyName = "clip">({
  id,
  title,
  models = ["clip" as Model],
  datasets,
  shots,
  seeds,
  lists,
  change = {},
  published = () => [],
}: FewShotChoice<Model>): FewShotTable<Model> {
  return defineTable({
    id,
    title,
    claim: models.length > 1 ? "VgHIF improves each backbone" : "VgHIF improves its baseline",
    metric: "top1",
    ...comparedRows(models),
    columns: fewShotColumns(datasets, shots),
    seeds,
    spec: ({ model, vghif }, column, seed, scale) => ({
      ...fewShotSpec({ ...fewShotRecipe(model, scale), ...change }, vghif, column, seed, scale),
      ...(lists === undefined ? {} : { fewShotLists: lists }),
    }),
    published,
  });
}

/** The run of a cell. Few-shot lists are of the first official split, whatever the seed. */
export function fewShotSpec(
  recipe: Recipe,
  vghif: VghifConfig | null,
  { dataset, shots }: FewShotColumn,
  seed: number,
  scale: Scale,
): RunSpec {
  return {
    scale,
    task: "few-shot",
    dataset: splitOf(dataset, 0, scale),
    shots,
    seed,
    ...recipe,
    vghif,
    evaluate: "test",
  };
}
