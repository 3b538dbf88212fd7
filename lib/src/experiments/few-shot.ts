/** The few-shot comparison, baseline against baseline + VgHIF, on any datasets: table-4 and `vghif few-shot`. */
import { VGHIF_DEFAULTS, type VghifConfig } from "../models/vghif-config.js";
import type { PublishedRow } from "./published.js";
import { PAPER_FEW_SHOT, type Recipe, SMOKE_FEW_SHOT } from "./recipes.js";
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

export type FewShotTable = Table<"clip" | "clip+vghif", FewShotRow, FewShotColumn>;

export interface FewShotChoice {
  readonly id: string;
  readonly title: string;
  /** One entry a dataset: its name at each scale. */
  readonly datasets: readonly Readonly<Record<Scale, string>>[];
  /** K: videos a class, one column each. */
  readonly shots: readonly number[];
  readonly seeds: Readonly<Record<Scale, readonly number[]>>;
  /** Fields that differ from the scale's recipe. Default: none. */
  readonly change?: Partial<Recipe>;
  /** Default: none. */
  readonly published?: () => readonly PublishedRow[];
}

const RECIPES: Readonly<Record<Scale, Recipe>> = { smoke: SMOKE_FEW_SHOT, paper: PAPER_FEW_SHOT };

/**
 * Declares a few-shot table. Both rows share everything but the fusion: weights, seed (hence shots and order of
 * batches), frames, schedule and what of the backbone is trained. Column keys are `<dataset at paper scale>-k<shots>`.
 */
export function fewShotTable({
  id,
  title,
  datasets,
  shots,
  seeds,
  change = {},
  published = () => [],
}: FewShotChoice): FewShotTable {
  return defineTable({
    id,
    title,
    claim: "VgHIF improves its baseline",
    metric: "top1",
    rows: {
      clip: { label: "CLIP", vghif: null },
      "clip+vghif": { label: "CLIP + VgHIF", vghif: VGHIF_DEFAULTS },
    },
    columns: Object.fromEntries(
      datasets.flatMap((dataset) =>
        shots.map((k) => [`${dataset.paper}-k${k}`, { label: `K = ${k}`, dataset, shots: k }] as const),
      ),
    ),
    comparisons: [{ baseline: "clip", treatment: "clip+vghif" }],
    seeds,
    spec: (row, column, seed, scale) => ({
      scale,
      task: "few-shot",
      dataset: column.dataset[scale],
      shots: column.shots,
      seed,
      model: "clip",
      ...RECIPES[scale],
      ...change,
      vghif: row.vghif,
      evaluate: "test",
    }),
    published,
  });
}
