/** A table's numbers, as its records give them: plain JSON, complete enough to be shown without the records. */
import type { DatasetKind } from "../data/types.js";
import { runId } from "./id.js";
import type { PublishedRow } from "./published.js";
import type { RunRecord } from "./record.js";
import type { RunSpec, Scale } from "./spec.js";
import { type PairedDifference, pairedDifference, type Summary, summarise } from "./statistics.js";
import type { RecordStore } from "./store.js";
import type { Table, TableColumn, TableRow } from "./table.js";
import { type CellVerdict, judgeCell, judgeTable, type TableVerdict } from "./verdict.js";

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
  readonly cells: readonly Cell[];
}

/** Treatment minus baseline in one column, over the seeds that both have. */
export interface DifferenceCell {
  readonly column: string;
  readonly seeds: readonly number[];
  /** Percentage points; null: no seed has both runs. */
  readonly difference: PairedDifference | null;
  readonly verdict: CellVerdict;
}

export interface ComparisonResult {
  /** Keys of the rows. */
  readonly baseline: string;
  readonly treatment: string;
  readonly cells: readonly DifferenceCell[];
}

/** The columns of one dataset: what is the same for all their numbers. */
export interface GroupResult {
  readonly dataset: string;
  /** null: no record yet, so it is not known here. */
  readonly kind: DatasetKind | null;
  readonly weights: string;
  /** Frames a video. */
  readonly frames: number;
  readonly columns: readonly { readonly key: string; readonly label: string }[];
  readonly rows: readonly RowResult[];
  readonly comparisons: readonly ComparisonResult[];
}

export interface TableResult {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  readonly metric: "top1" | "top5";
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
  const { id, title, claim, metric } = table;
  const groups = groupColumns(table, scale).map((group) => readGroup(table, scale, store, group));
  const cells = groups.flatMap((group) => group.rows.flatMap((row) => row.cells));
  return {
    id,
    title,
    claim,
    metric,
    scale,
    seeds: table.seeds[scale],
    groups,
    verdict: judgeTable(groups, claim),
    runs: {
      declared: cells.length * table.seeds[scale].length,
      recorded: cells.reduce((sum, cell) => sum + cell.values.length, 0),
    },
    published: table.published(),
  };
}

interface Group {
  readonly spec: RunSpec;
  readonly columns: readonly (readonly [key: string, column: TableColumn])[];
}

/** Columns by dataset, in order of appearance; `spec` stands for what they share. */
function groupColumns(table: Table, scale: Scale): readonly Group[] {
  const groups = new Map<string, { spec: RunSpec; columns: [string, TableColumn][] }>();
  const firstRow = Object.values(table.rows)[0]!;
  for (const [key, column] of Object.entries(table.columns)) {
    const spec = table.spec(firstRow, column, table.seeds[scale][0]!, scale);
    const group = groups.get(spec.dataset) ?? { spec, columns: [] };
    group.columns.push([key, column]);
    groups.set(spec.dataset, group);
  }
  return [...groups.values()];
}

function readGroup(table: Table, scale: Scale, store: RecordStore, { spec, columns }: Group): GroupResult {
  const found = new Map<string, readonly RunRecord[]>();
  const rows = Object.entries(table.rows).map(([key, row]) => {
    const cells = columns.map(([name, column]) => {
      const records = recordsOf(table, scale, store, row, column);
      found.set(`${key} ${name}`, records);
      return cellOf(name, table.metric, records);
    });
    return { key, label: row.label, cells };
  });
  return {
    dataset: spec.dataset,
    kind: [...found.values()].flat()[0]?.datasetKind ?? null,
    weights: spec.weights,
    frames: spec.frames,
    columns: columns.map(([key, { label }]) => ({ key, label })),
    rows,
    comparisons: table.comparisons.map(({ baseline, treatment }) => ({
      baseline,
      treatment,
      cells: columns.map(([column]) => {
        const pair = [found.get(`${baseline} ${column}`) ?? [], found.get(`${treatment} ${column}`) ?? []] as const;
        return differenceOf(column, table.metric, ...pair);
      }),
    })),
  };
}

function recordsOf(table: Table, scale: Scale, store: RecordStore, row: TableRow, column: TableColumn): RunRecord[] {
  const ids = table.seeds[scale].map((seed) => runId(table.spec(row, column, seed, scale)));
  return ids.filter((id) => store.has(id)).map((id) => store.read(id));
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

function differenceOf(
  column: string,
  metric: "top1" | "top5",
  baseline: readonly RunRecord[],
  treatment: readonly RunRecord[],
): DifferenceCell {
  const bySeed = new Map(baseline.map((record) => [record.spec.seed, record.final[metric]]));
  const paired = treatment.filter((record) => bySeed.has(record.spec.seed));
  const seeds = paired.map((record) => record.spec.seed);
  const treated = paired.map((record) => record.final[metric]);
  const difference =
    seeds.length > 0
      ? pairedDifference(
          seeds.map((seed) => bySeed.get(seed)!),
          treated,
        )
      : null;
  return { column, seeds, difference, verdict: judgeCell(difference) };
}
