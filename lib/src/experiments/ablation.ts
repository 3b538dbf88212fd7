/** An ablation: the comparison of table 4 at K = 8 with one option of VgHIF changed at a time. */
import { isDeepStrictEqual } from "node:util";
import { FAMILIES, type FamilyName } from "../models/families.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../models/vghif-config.js";
import { HMDB51, UCF101 } from "./declared/datasets.js";
import { SEEDS } from "./declared/seeds.js";
import { type FewShotColumn, fewShotColumns, fewShotSpec } from "./few-shot.js";
import { fewShotRecipe } from "./recipes.js";
import type { Scale } from "./spec.js";
import { defineTable, type Table, type TableRow } from "./table.js";

/** Blocks of the visual tower at each scale: smoke-clip's, and ViT-B's. */
export const VISION_LAYERS: Readonly<Record<Scale, number>> = { smoke: 4, paper: 12 };

/** What a variant changes of VGHIF_DEFAULTS; a function of the number of visual blocks where it names levels. */
export type Change = Partial<VghifConfig> | ((visionLayers: number) => Partial<VghifConfig>);

export interface AblationRow extends TableRow {
  /** null: the baseline. */
  readonly change: Change | null;
}

export interface AblationChoice<Variant extends string> {
  /** As on the command line: "ablation-levels". */
  readonly id: string;
  readonly title: string;
  /** By key: what the reader sees, and what it changes. The diff from the default is the label. */
  readonly variants: Readonly<Record<Variant, { readonly label: string; readonly change: Change }>>;
  /** The backbone. Default "clip". */
  readonly model?: FamilyName;
}

export type AblationTable<Variant extends string = string> = Table<"baseline" | Variant, AblationRow, FewShotColumn>;

/**
 * Declares an ablation. Every row shares weights, seeds, shots, order of batches and schedule with table 4, whose records the
 * baseline and the default option reuse. The variant that changes nothing, where there is one, is the reference of the others.
 */
export function ablationTable<Variant extends string>({
  id,
  title,
  variants,
  model = "clip",
}: AblationChoice<Variant>): AblationTable<Variant> {
  const baseline: AblationRow = { label: FAMILIES[model].title, change: null };
  const keys = Object.keys(variants) as Variant[];
  const reference = keys.find((key) => isDefault(variants[key].change));
  return defineTable<"baseline" | Variant, AblationRow, FewShotColumn>({
    id,
    title,
    claim: "VgHIF improves its baseline whatever the option",
    metric: "top1",
    rows: { baseline, ...variants } as Record<"baseline" | Variant, AblationRow>,
    columns: fewShotColumns([HMDB51, UCF101], [8]),
    comparisons: keys.map((treatment) => ({ baseline: "baseline", treatment })),
    kind: "ablation",
    ...(reference === undefined ? {} : { reference }),
    seeds: SEEDS,
    spec: ({ change }, column, seed, scale) => {
      const vghif = change ? vghifOf(change, VISION_LAYERS[scale]) : null;
      return fewShotSpec(fewShotRecipe(model, scale), vghif, column, seed, scale);
    },
    published: () => [],
  });
}

/** Whether it changes nothing, at any scale. */
function isDefault(change: Change): boolean {
  return Object.values(VISION_LAYERS).every((layers) => isDeepStrictEqual(vghifOf(change, layers), VGHIF_DEFAULTS));
}

/** A variant's options, for a visual tower of so many blocks. */
export function vghifOf(change: Change, visionLayers: number): VghifConfig {
  return { ...VGHIF_DEFAULTS, ...(typeof change === "function" ? change(visionLayers) : change) };
}
