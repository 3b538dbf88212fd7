/** A table's numbers as the report shows them: a row a model, its differences beside each number, corrected by Holm as in the table's other forms. */
import type { FamilyName } from "../../models/families.js";
import { groupCaption, metricName } from "../captions.js";
import type { DifferenceCell } from "../compare.js";
import { meanAndSd, pValue, signed, signedInterval } from "../format.js";
import type { Scale } from "../spec.js";
import type { Table } from "../table.js";
import type { Cell, ComparisonResult, GroupResult, RowResult, TableResult } from "../table-result.js";
import type { SortableCell, SortableColumn, SortableRow, SortableTable } from "./sortable.js";

/**
 * One table a dataset.
 *
 * @param indexOf place of a run in the page's list, by its id
 */
export function resultTables(
  table: Table,
  result: TableResult,
  indexOf: (id: string) => number,
): readonly SortableTable[] {
  return result.groups.map((group) => ({
    caption: groupCaption(result, group),
    dataset: group.dataset,
    corner: "model",
    columns: columnsOf(result, group),
    rows: group.rows.map((row) => rowOf(table, result.scale, group, row, indexOf)),
    foot: { label: "seeds × videos", cells: countsOf(group) },
  }));
}

function columnsOf(result: TableResult, group: GroupResult): readonly SortableColumn[] {
  const number = metricName(result);
  return group.columns.flatMap(({ label }) =>
    [number, ...kindsOf(group).map((kind) => kind.label)].map((name) => ({ label: name, of: label })),
  );
}

/** A column of differences beside every column of numbers: to the baselines, and to the table's reference row. */
interface DifferenceKind {
  readonly label: string;
  readonly comparisons: readonly ComparisonResult[];
}

function kindsOf(group: GroupResult): readonly DifferenceKind[] {
  const { comparisons, references } = group;
  const one = baselinesOf(comparisons).length === 1;
  const label = one ? `to ${labelOf(group, comparisons[0]!.baseline)}` : "difference";
  const kinds = [
    { label, comparisons },
    { label: "to the default", comparisons: references },
  ];
  return kinds.filter((kind) => kind.comparisons.length > 0);
}

function baselinesOf(comparisons: readonly ComparisonResult[]): readonly string[] {
  return [...new Set(comparisons.map(({ baseline }) => baseline))];
}

function labelOf({ rows }: GroupResult, key: string): string {
  return rows.find((row) => row.key === key)?.label ?? key;
}

function rowOf(
  table: Table,
  scale: Scale,
  group: GroupResult,
  row: RowResult,
  indexOf: (id: string) => number,
): SortableRow {
  const own = group.comparisons.find(({ treatment }) => treatment === row.key);
  const several = baselinesOf(group.comparisons).length > 1;
  const differences = kindsOf(group).map(({ comparisons }) =>
    comparisons.find(({ treatment }) => treatment === row.key),
  );
  return {
    label: row.label,
    model: modelOf(table, row.key, scale),
    ...(own && several ? { note: `difference to ${labelOf(group, own.baseline)}` } : {}),
    cells: row.cells.flatMap((cell, index) => [
      numberOf(cell, indexOf),
      ...differences.map((comparison) => (comparison ? differenceOf(comparison.cells[index]!) : { text: "" })),
    ]),
  };
}

/** Family of a row's backbone. */
export function modelOf(table: Table, key: string, scale: Scale): FamilyName {
  const column = Object.values(table.columns)[0]!;
  return table.spec(table.rows[key]!, column, table.seeds[scale][0]!, scale).model;
}

function numberOf({ summary, runs, skipped }: Cell, indexOf: (id: string) => number): SortableCell {
  if (summary === null) return {};
  return {
    text: meanAndSd(summary),
    sort: summary.mean,
    runs: runs.map(indexOf),
    ...(skipped > 0 ? { notes: [`${skipped} unreadable`] } : {}),
  };
}

function differenceOf({ difference, pHolm, verdict }: DifferenceCell): SortableCell {
  if (difference === null) return {};
  const { mean, interval } = difference;
  const notes = [
    interval === null ? "no interval" : signedInterval(interval),
    pHolm === null ? verdict : `${pValue(pHolm)}, ${verdict}`,
  ];
  return { text: signed(mean), sort: mean, notes, kind: verdict };
}

/** Seeds and videos behind each column's numbers; where its rows differ, all there are. */
function countsOf(group: GroupResult) {
  return group.columns.map((_, index) => {
    const counts = group.rows.flatMap(({ cells }) => {
      const { seeds, videos } = cells[index]!;
      return videos === null ? [] : [`${seeds.length} × ${videos[0] === videos[1] ? videos[0] : videos.join("–")}`];
    });
    const text = counts.length > 0 ? [...new Set(counts)].join(" / ") : "not run";
    return { text, columns: 1 + kindsOf(group).length };
  });
}
