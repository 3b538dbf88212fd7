/** A table's numbers as danfojs DataFrames: one for reading (a dataset's block), one for computing (a line a cell). */
import type { DataFrame } from "danfojs-node";
import { DASH, meanAndSd, pValue, signed, signedInterval } from "./format.js";
import type { PublishedRow } from "./published.js";
import type { Cell, ComparisonResult, DifferenceCell, GroupResult, TableResult } from "./table-result.js";

type Value = string | number | null;

/**
 * A dataset's block as the reader sees it: a row a model with mean ± standard deviation over seeds, then for every
 * comparison the difference, its 95 % interval, its p-value and its verdict, then "seeds x videos" behind each number.
 */
export function groupFrame(group: GroupResult, metric: string): Promise<DataFrame> {
  const lines: Value[][] = group.rows.map(({ label, cells }) => [
    label,
    ...cells.map(({ summary }) => meanAndSd(summary)),
  ]);
  for (const comparison of group.comparisons) lines.push(...comparisonLines(group, comparison));
  lines.push(["seeds × videos", ...countLine(group)]);
  return frame([metric, ...group.columns.map(({ label }) => label)], lines);
}

/** Every cell on a line of its own with all that it rests on; a treatment's line also has its paired difference. */
export function cellFrame(result: TableResult): Promise<DataFrame> {
  const lines = result.groups.flatMap((group) =>
    group.rows.flatMap((row) =>
      row.cells.map((cell, index) => {
        const comparison = group.comparisons.find(({ treatment }) => treatment === row.key);
        const { label } = group.columns[index]!;
        const shared = [result.id, result.scale, group.dataset, group.kind, group.weights, group.frames];
        return [...shared, row.label, label, ...cellValues(cell), ...differenceValues(comparison?.cells[index])];
      }),
    ),
  );
  const differences = ["difference", "differenceLow", "differenceHigh", "p", "verdict"];
  const about = ["table", "scale", "dataset", "data", "weights", "frames", "model", "column"];
  const numbers = ["mean", "sd", "low", "high", "seeds", "videos", "unreadable", "runs"];
  return frame([...about, ...numbers.map((name) => (name === "mean" ? result.metric : name)), ...differences], lines);
}

/** Published rows over the given columns; not ours. */
export function publishedFrame(
  rows: readonly PublishedRow[],
  columns: readonly { readonly key: string; readonly label: string }[],
): Promise<DataFrame> {
  const lines = rows.map((row) => [
    row.method,
    row.backbone,
    row.frames || DASH,
    ...columns.map(({ key }) => row.values[key]?.toFixed(1) ?? DASH),
    row.note ? `${row.source} (${row.note})` : row.source,
  ]);
  return frame(["published by others", "backbone", "frames", ...columns.map(({ label }) => label), "source"], lines);
}

async function frame(columns: string[], lines: Value[][]): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  return new danfo.DataFrame(lines, { columns });
}

function comparisonLines(group: GroupResult, { baseline, cells }: ComparisonResult): Value[][] {
  const to = group.rows.find(({ key }) => key === baseline)?.label ?? baseline;
  const line = (label: string, text: (cell: DifferenceCell) => string): Value[] => [label, ...cells.map(text)];
  return [
    line(`difference to ${to}`, ({ difference }) => (difference ? signed(difference.mean) : DASH)),
    line("95 % interval", ({ difference }) => (difference?.interval ? signedInterval(difference.interval) : DASH)),
    line("paired t-test", ({ difference }) => (typeof difference?.p === "number" ? pValue(difference.p) : DASH)),
    line("verdict", ({ verdict }) => verdict),
  ];
}

function countLine({ rows, columns }: GroupResult): string[] {
  return columns.map((_, index) => {
    const counts = rows.map(({ cells }) => {
      const { seeds, videos } = cells[index]!;
      return videos === null ? DASH : `${seeds.length} × ${videos[0] === videos[1] ? videos[0] : videos.join("–")}`;
    });
    return [...new Set(counts)].join(" / ");
  });
}

function cellValues({ summary, seeds, videos, skipped, runs }: Cell): Value[] {
  const [low, high] = summary?.interval ?? [null, null];
  const ids = runs.map((id) => id.slice(0, 12)).join(" ");
  return [summary?.mean ?? null, summary?.sd ?? null, low, high, seeds.join(" "), videos?.[0] ?? null, skipped, ids];
}

function differenceValues(cell: DifferenceCell | undefined): Value[] {
  if (!cell) return [null, null, null, null, null];
  const [low, high] = cell.difference?.interval ?? [null, null];
  return [cell.difference?.mean ?? null, low, high, cell.difference?.p ?? null, cell.verdict];
}
