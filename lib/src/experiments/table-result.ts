/** A table's numbers, as its records give them: plain JSON, complete enough to be shown without the records. */
import type { DatasetKind } from "../data/types.js";
import { type ComparedRows, compareRows, type DifferenceCell, meanDifference, type PairedRows } from "./compare.js";
import { runId } from "./id.js";
import { pairRuns } from "./paired-runs.js";
import type { PublishedRow } from "./published.js";
import type { RunRecord } from "./record.js";
import { aboutRow, type RowAbout } from "./row-about.js";
import type { RunSpec, Scale } from "./spec.js";
import { type Summary, summarise } from "./statistics.js";
import type { RecordStore } from "./store.js";
import type { Comparison, Table, TableColumn, TableKind } from "./table.js";
import { judgeTable, type TableVerdict } from "./verdict.js";

export type { DifferenceCell } from "./compare.js";

/** One number: a row, a column, all its seeds. */
export interface Cell {
  /** Key of the column. */
  readonly column: string;
  /** Seeds that have a record, ascending as declared. */
  readonly seeds: readonly number[];
  /** Percent, seed by seed. */
  readonly values: readonly number[];
  /** null: not run. */
  readonly summary: Summary | null;
  /** Scored videos of a run: fewest and most over the seeds; null where not run. */
  readonly videos: readonly [least: number, most: number] | null;
  /** Videos that could not be read, the most over the seeds. */
  readonly skipped: number;
  /** Ids of the records, seed by seed. */
  readonly runs: readonly string[];
}

export interface RowResult {
  readonly key: string;
  readonly label: string;
  readonly about: RowAbout;
  readonly cells: readonly Cell[];
}

export interface ComparisonResult {
  /** Keys of the rows. */
  readonly baseline: string;
  readonly treatment: string;
  /** One a column of the group. */
  readonly cells: readonly DifferenceCell[];
}

/** The columns of one dataset: what is the same for all their numbers. */
export interface GroupResult {
  readonly dataset: string;
  /** Official splits that the seeds run on, one each, where they are several; else none. */
  readonly splits: readonly number[];
  /** null: no record yet, so it is not known here. */
  readonly kind: DatasetKind | null;
  readonly weights: string;
  /** Frames a video of the first row. */
  readonly frames: number;
  readonly columns: readonly { readonly key: string; readonly label: string }[];
  readonly rows: readonly RowResult[];
  readonly comparisons: readonly ComparisonResult[];
  /** Every other treatment against the table's reference row; none without one. */
  readonly references: readonly ComparisonResult[];
}

export interface TableResult {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly metric: "top1" | "top5";
  readonly kind: TableKind;
  /** Whether a block below tells what the rows' models are and cost. */
  readonly models: boolean;
  /** Key of the row that the other treatments are also compared with; null: none. */
  readonly reference: string | null;
  readonly scale: Scale;
  /** Declared seeds. */
  readonly seeds: readonly number[];
  readonly groups: readonly GroupResult[];
  readonly verdict: TableVerdict;
  /** Runs of the table, and how many of them have a record. */
  readonly runs: { readonly declared: number; readonly recorded: number };
  readonly published: readonly PublishedRow[];
}

/** Reads a table from the records there are; a cell without any is "not run". @throws UserError on a damaged record. */
export function readTable(table: Table, scale: Scale, store: RecordStore): TableResult {
  const { id, title, claim, metric, kind = "comparison", reference = null, models = false } = table;
  const records = readRecords(table, scale, store);
  const pairs = table.comparisons.map((comparison) => pairRows(table, comparison, records));
  const compared = compareRows(pairs);
  const references = compareRows(referenceComparisons(table).map((comparison) => pairRows(table, comparison, records)));
  const groups = groupColumns(table, scale).map((group) =>
    readGroup(table, scale, group, records, compared, references),
  );
  const cells = groups.flatMap((group) => group.rows.flatMap((row) => row.cells));
  const labelOf = (row: string): string => table.rows[row]?.label ?? row;
  return {
    id,
    title,
    claim,
    metric,
    kind,
    models,
    reference,
    scale,
    seeds: table.seeds[scale],
    groups,
    verdict: judgeTable({ claim, compared, references, difference: meanDifference(pairs), labelOf }),
    runs: {
      declared: cells.length * table.seeds[scale].length,
      recorded: cells.reduce((sum, cell) => sum + cell.values.length, 0),
    },
    published: table.published(),
  };
}

/** Records of a row in a column, seed by seed. */
type Records = (row: string, column: string) => readonly RunRecord[];

function readRecords(table: Table, scale: Scale, store: RecordStore): Records {
  const found = new Map<string, readonly RunRecord[]>();
  for (const [rowKey, row] of Object.entries(table.rows)) {
    for (const [columnKey, column] of Object.entries(table.columns)) {
      const ids = table.seeds[scale].map((seed) => runId(table.spec(row, column, seed, scale)));
      found.set(
        `${rowKey} ${columnKey}`,
        ids.filter((id) => store.has(id)).map((id) => store.read(id)),
      );
    }
  }
  return (row, column) => found.get(`${row} ${column}`) ?? [];
}

function pairRows({ columns, metric }: Table, { baseline, treatment }: Comparison, records: Records): PairedRows {
  const runs = Object.keys(columns).map((column) => ({
    column,
    runs: pairRuns(metric, records(baseline, column), records(treatment, column)),
  }));
  return { baseline, treatment, columns: runs };
}

function referenceComparisons({ comparisons, reference }: Table): readonly Comparison[] {
  if (reference === undefined) return [];
  const others = comparisons.filter(({ treatment }) => treatment !== reference);
  return others.map(({ treatment }) => ({ baseline: reference, treatment }));
}

interface Group {
  readonly spec: RunSpec;
  /** Dataset of every seed. */
  readonly datasets: readonly string[];
  readonly columns: readonly (readonly [key: string, column: TableColumn])[];
}

/** Columns by dataset, in order of appearance; `spec` stands for what they share. */
function groupColumns(table: Table, scale: Scale): readonly Group[] {
  const groups = new Map<string, Group & { readonly columns: [string, TableColumn][] }>();
  const firstRow = Object.values(table.rows)[0]!;
  for (const [key, column] of Object.entries(table.columns)) {
    const specs = table.seeds[scale].map((seed) => table.spec(firstRow, column, seed, scale));
    const datasets = [...new Set(specs.map(({ dataset }) => dataset))];
    const group = groups.get(datasets.join(" ")) ?? { spec: specs[0]!, datasets, columns: [] };
    group.columns.push([key, column]);
    groups.set(datasets.join(" "), group);
  }
  return [...groups.values()];
}

function readGroup(
  table: Table,
  scale: Scale,
  { spec, datasets, columns }: Group,
  records: Records,
  compared: readonly ComparedRows[],
  references: readonly ComparedRows[],
): GroupResult {
  const keys = columns.map(([key]) => key);
  const ofGroup = ({ baseline, treatment, cells }: ComparedRows): ComparisonResult => {
    return { baseline, treatment, cells: cells.filter(({ column }) => keys.includes(column)) };
  };
  return {
    ...datasetName(datasets),
    kind: Object.keys(table.rows).flatMap((row) => keys.flatMap((key) => records(row, key)))[0]?.datasetKind ?? null,
    weights: spec.weights,
    frames: spec.frames,
    columns: columns.map(([key, { label }]) => ({ key, label })),
    rows: Object.entries(table.rows).map(([key, row]) => ({
      key,
      label: row.label,
      about: aboutRow(table.spec(row, columns[0]![1], table.seeds[scale][0]!, scale), records(key, keys[0]!)),
      cells: keys.map((column) => cellOf(column, table.metric, records(key, column))),
    })),
    comparisons: compared.map(ofGroup),
    references: references.map(ofGroup),
  };
}

/** One name for "hmdb51-1", "hmdb51-2", "hmdb51-3": official splits (full.ts). */
function datasetName(datasets: readonly string[]): Pick<GroupResult, "dataset" | "splits"> {
  const parts = datasets.map((name) => /^(.+)-(\d+)$/.exec(name));
  const stems = new Set(parts.map((part) => part?.[1]));
  const [stem] = stems;
  if (datasets.length === 1 || stems.size > 1 || stem === undefined) {
    return { dataset: datasets.join(" and "), splits: [] };
  }
  return { dataset: stem, splits: parts.map((part) => Number(part?.[2])) };
}

function cellOf(column: string, metric: "top1" | "top5", records: readonly RunRecord[]): Cell {
  const values = records.map((record) => record.final[metric]);
  const videos = records.map((record) => record.final.n);
  return {
    column,
    seeds: records.map((record) => record.spec.seed),
    values,
    summary: values.length > 0 ? summarise(values) : null,
    videos: videos.length > 0 ? [Math.min(...videos), Math.max(...videos)] : null,
    skipped: Math.max(0, ...records.map((record) => record.skipped.length)),
    runs: records.map((record) => record.id),
  };
}
