/**
 * A table, declared once: its rows, its columns, and a total function from a cell to its run. Specs, the list of what
 * is missing, numbers, statistics, pages and plots all derive from the declaration and the records.
 */
import { runId } from "./id.js";
import type { PublishedRow } from "./published.js";
import type { RunSpec, Scale } from "./spec.js";

export interface TableRow {
  /** What the reader sees: "CLIP + VgHIF". */
  readonly label: string;
}

export interface TableColumn {
  /** What the reader sees inside the column's dataset: "K = 2". */
  readonly label: string;
}

/** A pair of rows whose difference is a claim of the paper. */
export interface Comparison<Row extends string = string> {
  readonly baseline: Row;
  readonly treatment: Row;
}

export type TableKind = "comparison" | "ablation";

export interface Table<
  Row extends string = string,
  RowFields extends TableRow = TableRow,
  ColumnFields extends TableColumn = TableColumn,
> {
  /** As on the command line: "table-4". */
  readonly id: string;
  readonly title: string;
  /** What the paper claims about it, in our words. */
  readonly claim: string;
  readonly metric: "top1" | "top5";
  /** Whether a block below tells top-5, frames, parameters and cost of each row's model. Default: no. */
  readonly models?: true;
  readonly rows: Readonly<Record<Row, RowFields>>;
  readonly columns: Readonly<Record<string, ColumnFields>>;
  readonly comparisons: readonly Comparison<Row>[];
  /** `ablation`: its rows are variants of one method, and what counts is each of them. Default 'comparison'. */
  readonly kind?: TableKind;
  /** The row that the other treatments are also compared with, such as an ablation's default. Default: none. */
  readonly reference?: Row;
  readonly seeds: Readonly<Record<Scale, readonly number[]>>;
  /** The run of one cell and seed; total, no hidden defaults. */
  spec(row: RowFields, column: ColumnFields, seed: number, scale: Scale): RunSpec;
  /** Numbers that others published, keyed by this table's columns; shown apart from ours, never mixed. */
  published(): readonly PublishedRow[];
}

/** Checks a declaration's types where it is written, and keeps its row names. */
export function defineTable<Row extends string, RowFields extends TableRow, ColumnFields extends TableColumn>(
  table: Table<Row, RowFields, ColumnFields>,
): Table<Row, RowFields, ColumnFields> {
  return table;
}

/** Every run of the table, seed by seed (an interrupted sweep then has all cells with fewer seeds), each once. */
export function tableSpecs(table: Table, scale: Scale): readonly RunSpec[] {
  const specs = table.seeds[scale].flatMap((seed) =>
    Object.values(table.columns).flatMap((column) =>
      Object.values(table.rows).map((row) => table.spec(row, column, seed, scale)),
    ),
  );
  return [...new Map(specs.map((spec) => [runId(spec), spec])).values()];
}
