/** What `vghif reproduce --dataset NAME` can be asked for: full, few-shot, every ablation, and figures of them. */
import path from "node:path";
import { UsageError } from "../../errors.js";
import { table3 } from "../declared/table-3.js";
import { table4 } from "../declared/table-4.js";
import type { SpecPair } from "../embedding-record.js";
import type { DeclaredFigure } from "../figures.js";
import type { Scale } from "../spec.js";
import type { Table } from "../table.js";
import { TABLES } from "../tables.js";
import { type ChosenDataset, chooseDataset, type DatasetOptions } from "./choice.js";
import { figuresOn, pairOn } from "./figures.js";
import { idOn, tableOn } from "./table.js";

export interface TargetsOn {
  readonly tables: readonly Table[];
  readonly figures: readonly DeclaredFigure[];
  /** Ids of the figures that were asked for by name. */
  readonly named: readonly string[];
  /** The two runs that the map of embeddings shows; null: it is not among the targets. */
  embedded(scale: Scale): SpecPair | null;
}

/** The tables of full supervision are one and the same on one dataset. */
const COMPARISONS: Readonly<Record<string, Table>> = {
  full: table3,
  "few-shot": table4,
  "table-1": table3,
  "table-2": table3,
  "table-3": table3,
  "table-4": table4,
  "table-5": table3,
};

const ABLATIONS: Readonly<Record<string, Table>> = Object.fromEntries(
  Object.values(TABLES)
    .filter(({ kind }) => kind === "ablation")
    .map((table) => [table.id, table]),
);

const FIGURE_NAMES = ["figure-shots", "figure-grounding", "figure-embedding"] as const;

/** Names that can be asked for. */
export const NAMES_ON: readonly string[] = ["full", "few-shot", ...Object.keys(ABLATIONS), ...FIGURE_NAMES];

/**
 * The targets of these names on a dataset; for none full, few-shot and the figures (an ablation must be named). The declared tables'
 * names stand for their settings: "table-4" for few-shot.
 *
 * @throws UsageError that lists the names; UserError as chooseDataset and tableOn
 */
export async function findTargetsOn(
  names: readonly string[],
  dataset: string,
  options: DatasetOptions = {},
): Promise<TargetsOn> {
  const wanted = names.length > 0 ? names : ["full", "few-shot", ...FIGURE_NAMES];
  const unknown = wanted.find((name) => !(name in COMPARISONS) && !NAMES_ON.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no "${unknown}" on a dataset of your choice; there are ${NAMES_ON.join(", ")}`);
  }
  const chosen = await chooseDataset(dataset, options);
  const figures = FIGURE_NAMES.filter((name) => wanted.includes(name));
  const declared = wanted.flatMap((name) => COMPARISONS[name] ?? ABLATIONS[name] ?? []);
  const needed = figures.length > 0 ? [...declared, table4] : declared;
  const tables = [...new Map(needed.map((table) => [idOn(table, chosen.name), tableOn(table, chosen)])).values()];
  const fewShot = tables.find(({ id }) => id === idOn(table4, chosen.name));
  const drawn = fewShot ? figuresOn(fewShot, chosen.name, figures) : [];
  return {
    tables,
    figures: drawn,
    named: names.length > 0 ? drawn.map(({ id }) => id) : [],
    embedded: (scale) => (fewShot && figures.includes("figure-embedding") ? pairOn(fewShot, scale) : null),
  };
}

/** Where the report of a dataset goes by default, apart from the declared tables' report in `report`. */
export function reportFolderOn(report: string, { name }: Pick<ChosenDataset, "name">): string {
  return path.join(report, `on-${name}`);
}
