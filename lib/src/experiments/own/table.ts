/** A declared table, rebuilt on another dataset: same rows, same comparisons, same code, but names and numbers of its own. */
import { type AblationRow, vghifOf } from "../ablation.js";
import { percent } from "../format.js";
import { ownTrain } from "../recipes.js";
import { selectTable } from "../select.js";
import type { RunSpec, Scale } from "../spec.js";
import { defineTable, type Table, type TableColumn, type TableRow } from "../table.js";
import { type ChosenDataset, shotsOn } from "./choice.js";

export interface OwnColumn extends TableColumn {
  readonly shots: number | null;
}

/** "few-shot-on-mine" for table-4, "full-on-mine" for tables 1, 2, 3 and 5, "ablation-levels-on-mine". */
export function idOn(table: Table, dataset: string): string {
  return `${table.kind === "ablation" ? table.id : settingOf(table)}-on-${dataset}`;
}

/**
 * Rebuilds a table on the dataset. At scale smoke runs on data that the small model was not pre-trained for train longer (recipes.ts
 * ownTrain). Few-shot columns are those that every class has videos for.
 *
 * @throws UserError where a few-shot table meets a class without training videos
 */
export function tableOn(table: Table, chosen: ChosenDataset): Table<string, TableRow, OwnColumn> {
  const { name, classes, models, seeds } = chosen;
  const declared = models ? selectTable(table, { backbones: models }) : table;
  const { published: _, columns: __, ...kept } = declared;
  const base = Object.values(table.columns)[0]!;
  const guessing = percent(100 / classes);
  const all = seeds === undefined ? null : Array.from({ length: seeds }, (_seed, at) => at);
  return defineTable<string, TableRow, OwnColumn>({
    ...kept,
    id: idOn(table, name),
    ...(table.kind !== "ablation" && declared.comparisons.length === 1 ? { claim: "VgHIF improves its baseline" } : {}),
    title: `${titleOf(table)} on ${name} (${classes} classes, guessing ${guessing} %${chosen.evaluate === "val" ? ", scored on val" : ""})`,
    columns: columnsOn(table, chosen),
    ...(all ? { seeds: { smoke: all, paper: all } } : {}),
    spec: (row, { shots }, seed, scale) => specOn(table.spec(row, base, seed, scale), row, shots, scale, chosen),
    published: () => [],
  });
}

function specOn(spec: RunSpec, row: TableRow, shots: number | null, scale: Scale, chosen: ChosenDataset): RunSpec {
  const { dataset, evaluate, weights, spelling, drawn, visionLayers } = chosen;
  const change = "change" in row ? (row as AblationRow).change : null;
  return {
    ...spec,
    dataset,
    shots,
    evaluate,
    train: scale === "smoke" && !drawn && spec.train ? ownTrain(spec.train) : spec.train,
    ...(change && visionLayers !== null ? { vghif: vghifOf(change, visionLayers) } : {}),
    ...(weights === undefined ? {} : { weights }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

function columnsOn(table: Table, chosen: ChosenDataset): Readonly<Record<string, OwnColumn>> {
  const declared = declaredShots(table);
  if (declared.length === 0) return { [chosen.name]: { label: "all training videos", shots: null } };
  const shots = shotsOn(chosen, declared, table.kind ?? "comparison");
  return Object.fromEntries(shots.map((k) => [`${chosen.name}-k${k}`, { label: `K = ${k}`, shots: k }]));
}

/** Videos a class of the table's columns; none under full supervision. */
function declaredShots(table: Table): readonly number[] {
  const row = Object.values(table.rows)[0]!;
  const shots = Object.values(table.columns).flatMap((column) => table.spec(row, column, 0, "smoke").shots ?? []);
  return [...new Set(shots)];
}

function settingOf(table: Table): "full" | "few-shot" {
  return declaredShots(table).length === 0 ? "full" : "few-shot";
}

function titleOf(table: Table): string {
  if (table.kind === "ablation") return table.title;
  return settingOf(table) === "full" ? "Full supervision" : "Few-shot action recognition";
}
