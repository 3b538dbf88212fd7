/** A part of a table: some datasets, some backbones; the rest of the declaration, and so every run's id, stays. */
import { UserError } from "../errors.js";
import { datasetOfColumn, shotsOfColumn } from "./column-key.js";
import type { Comparison, Table, TableColumn, TableRow } from "./table.js";

export interface Selection {
  /** Datasets by their names at scale `paper`, as in the columns' keys: "hmdb51". Default: all. */
  readonly datasets?: readonly string[];
  /** Backbones by the rows' keys: "clip" takes "clip" and "clip+vghif". Default: all. An ablation's rows are all kept. */
  readonly backbones?: readonly string[];
  /** Videos a class, of few-shot columns. Default: all. */
  readonly shots?: readonly number[];
}

/** @throws UserError that lists what there is, for a name that the table does not have or a selection that leaves nothing */
export function selectTable<Row extends string, RowFields extends TableRow, ColumnFields extends TableColumn>(
  table: Table<Row, RowFields, ColumnFields>,
  { datasets, backbones, shots }: Selection,
): Table<Row, RowFields, ColumnFields> {
  const columns = Object.entries(table.columns).filter(
    ([key]) =>
      (datasets?.includes(datasetOfColumn(key)) ?? true) &&
      (shots === undefined || shots.includes(shotsOfColumn(key) ?? Number.NaN)),
  );
  known(table.id, "dataset", datasets, Object.keys(table.columns).map(datasetOfColumn));
  known(
    table.id,
    "shots",
    shots?.map(String),
    Object.keys(table.columns).flatMap((key) => shotsOfColumn(key)?.toString() ?? []),
  );
  const rowKeys = Object.keys(table.rows) as Row[];
  const isAblation = table.kind === "ablation";
  const all = rowKeys.map(backboneOf);
  if (!isAblation) known(table.id, "backbone", backbones, all);
  const rows = rowKeys.filter((key) => isAblation || (backbones?.includes(backboneOf(key)) ?? true));
  if (columns.length === 0 || rows.length === 0) throw new UserError(`the selection leaves nothing of ${table.id}`);
  const kept = ({ baseline, treatment }: Comparison<Row>): boolean =>
    rows.includes(baseline) && rows.includes(treatment);
  return {
    ...table,
    rows: Object.fromEntries(rows.map((key) => [key, table.rows[key]])) as Readonly<Record<Row, RowFields>>,
    columns: Object.fromEntries(columns),
    comparisons: table.comparisons.filter(kept),
  };
}

function backboneOf(row: string): string {
  return row.split("+")[0]!;
}

function known(table: string, what: string, wanted: readonly string[] | undefined, there: readonly string[]): void {
  const missing = wanted?.find((name) => !there.includes(name));
  if (missing === undefined) return;
  throw new UserError(`${table} has no ${what} "${missing}"; it has ${[...new Set(there)].join(", ") || "none"}`);
}
