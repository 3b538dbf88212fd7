/** Rows that compare families of backbones without and with VgHIF: what the main tables share. */
import { FAMILIES, type FamilyName } from "../models/families.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../models/vghif-config.js";
import type { Comparison, TableRow } from "./table.js";

/** The paper's three baselines. */
export const BACKBONES = ["clip", "xclip", "vificlip"] as const satisfies readonly FamilyName[];

export interface ComparedRow extends TableRow {
  readonly model: FamilyName;
  /** null: the baseline. */
  readonly vghif: VghifConfig | null;
}

/** Keys of the rows of these families: "xclip" and "xclip+vghif". */
export type ComparedKey<Model extends FamilyName> = Model | `${Model}+vghif`;

/** Two rows a family, and the comparison of the second with the first. They differ in the fusion alone. */
export function comparedRows<Model extends FamilyName>(
  models: readonly Model[],
): {
  readonly rows: Readonly<Record<ComparedKey<Model>, ComparedRow>>;
  readonly comparisons: readonly Comparison<ComparedKey<Model>>[];
} {
  const pairs = models.map((model) => {
    const { title } = FAMILIES[model];
    const rows: [ComparedKey<Model>, ComparedRow][] = [
      [model, { label: title, model, vghif: null }],
      [`${model}+vghif`, { label: `${title} + VgHIF`, model, vghif: VGHIF_DEFAULTS }],
    ];
    return { rows, comparison: { baseline: model, treatment: `${model}+vghif` } as const };
  });
  return {
    rows: Object.fromEntries(pairs.flatMap(({ rows }) => rows)) as Record<ComparedKey<Model>, ComparedRow>,
    comparisons: pairs.map(({ comparison }) => comparison),
  };
}
