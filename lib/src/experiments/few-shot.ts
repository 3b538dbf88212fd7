/** The few-shot comparison, baseline against baseline + VgHIF, on any datasets: table-4 and `vghif few-shot`. */
import { FAMILIES, type FamilyName } from "../models/families.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../models/vghif-config.js";
import type { PublishedRow } from "./published.js";
import { fewShotRecipe, type Recipe } from "./recipes.js";
import type { Scale } from "./spec.js";
import { defineTable, type Table, type TableColumn, type TableRow } from "./table.js";

interface FewShotRow extends TableRow {
  readonly vghif: VghifConfig | null;
}

interface FewShotColumn extends TableColumn {
  readonly dataset: Readonly<Record<Scale, string>>;
  /** Videos a class. */
  readonly shots: number;
}

/** The rows of one family's table. */
type Rows<Model extends FamilyName> = Model | `${Model}+vghif`;

export type FewShotTable<Model extends FamilyName = "clip"> = Table<Rows<Model>, FewShotRow, FewShotColumn>;

export interface FewShotChoice<Model extends FamilyName = "clip"> {
  readonly id: string;
  readonly title: string;
  /** The baseline's family. Default "clip". */
  readonly model?: Model;
  /** One entry a dataset: its name at each scale. */
  readonly datasets: readonly Readonly<Record<Scale, string>>[];
  /** K: videos a class, one column each. */
  readonly shots: readonly number[];
  readonly seeds: Readonly<Record<Scale, readonly number[]>>;
  /** Fields that differ from the family's recipe at the scale. Default: none. */
  readonly change?: Partial<Recipe>;
  /** Default: none. */
  readonly published?: () => readonly PublishedRow[];
}

/**
 * Declares a few-shot table. Both rows share everything but the fusion: weights, seed (hence shots and order of
 * batches), frames, schedule and what of the backbone is trained. Column keys are `<dataset at paper scale>-k<shots>`.
 */
export function fewShotTable<Model extends FamilyName = "clip">({
  id,
  title,
  model = "clip" as Model,
  datasets,
  shots,
  seeds,
  change = {},
  published = () => [],
}: FewShotChoice<Model>): FewShotTable<Model> {
  const baseline: Rows<Model> = model;
  const treatment: Rows<Model> = `${model}+vghif`;
  const name = FAMILIES[model].title;
  return defineTable({
    id,
    title,
    claim: "VgHIF improves its baseline",
    metric: "top1",
    rows: {
      [baseline]: { label: name, vghif: null },
      [treatment]: { label: `${name} + VgHIF`, vghif: VGHIF_DEFAULTS },
    } as Record<Rows<Model>, FewShotRow>,
    columns: Object.fromEntries(
      datasets.flatMap((dataset) =>
        shots.map((k) => [`${dataset.paper}-k${k}`, { label: `K = ${k}`, dataset, shots: k }] as const),
      ),
    ),
    comparisons: [{ baseline, treatment }],
    seeds,
    spec: (row, column, seed, scale) => ({
      scale,
      task: "few-shot",
      dataset: column.dataset[scale],
      shots: column.shots,
      seed,
      ...fewShotRecipe(model, scale),
      ...change,
      vghif: row.vghif,
      evaluate: "test",
    }),
    published,
  });
}
