/** A table's numbers as danfojs DataFrames: one for reading (a dataset's block), one for computing (a line a cell). */

import type { DataFrame } from "danfojs-node";
import type { DifferenceCell } from "./compare.js";
import { bracketed, DASH, meanAndSd, pValue, signed } from "./format.js";
import { shortId } from "./id.js";
import type { PublishedRow } from "./published.js";
import type { Cell, ComparisonResult, GroupResult, RowResult, TableResult } from "./table-result.js";

type Value = string | number | null;

/**
 * A dataset's block as the reader sees it: a row a model with mean ± standard deviation over seeds, and what it is compared
 * with. Of one column: its differences stand in columns beside it. Of several: in two lines below each treatment, the
 * difference with its interval, and its corrected p-value with its verdict; "seeds × videos" is the last line.
 */
export function groupFrame(group: GroupResult, metric: string): Promise<DataFrame> {
  return group.columns.length === 1 ? wideFrame(group, metric) : stackedFrame(group, metric);
}

/** Every cell on a line of its own with all that it rests on; a treatment's line also has its paired differences. */
export function cellFrame(result: TableResult): Promise<DataFrame> {
  const lines = result.groups.flatMap((group) =>
    group.rows.flatMap((row) =>
      row.cells.map((cell, index) => {
        const { label } = group.columns[index]!;
        const shared = [result.id, result.scale, group.dataset, group.kind, group.weights, group.frames];
        const difference = differenceValues(of(row, group.comparisons)?.cells[index]);
        const toReference = differenceValues(of(row, group.references)?.cells[index]);
        return [...shared, row.label, label, ...cellValues(cell), ...difference, ...toReference];
      }),
    ),
  );
  const about = ["table", "scale", "dataset", "data", "weights", "frames", "model", "column"];
  const numbers = [result.metric, "sd", "low", "high", "seeds", "videos", "unreadable", "runs"];
  const differences = ["difference", "differenceLow", "differenceHigh", "method", "p", "pHolm", "verdict"];
  const toReference = differences.map((name) => `toReference${name[0]!.toUpperCase()}${name.slice(1)}`);
  return frame([...about, ...numbers, ...differences, ...toReference], lines);
}

/** Published rows over the given columns; not ours. */
export function publishedFrame(
  rows: readonly PublishedRow[],
  columns: readonly { readonly key: string; readonly label: string }[],
): Promise<DataFrame> {
  const lines = rows.map((row) => [
    row.method,
    row.backbone || DASH,
    row.frames || DASH,
    row.views || DASH,
    ...columns.map(({ key }) => row.values[key]?.toFixed(1) ?? DASH),
    row.note ? `${row.source} (${row.note})` : row.source,
  ]);
  const about = ["published by others", "backbone", "frames", "views"];
  return frame([...about, ...columns.map(({ label }) => label), "source"], lines);
}

async function frame(columns: string[], lines: Value[][]): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  return new danfo.DataFrame(lines, { columns });
}

function wideFrame(group: GroupResult, metric: string): Promise<DataFrame> {
  const baselines = new Set(group.comparisons.map(({ baseline }) => baseline));
  const [baseline] = baselines;
  const to = baselines.size === 1 ? labelOf(group, baseline!) : "its baseline";
  const lines = group.rows.map((row): Value[] => {
    const cell = of(row, group.comparisons)?.cells[0];
    const own = cell ? [differenceText(cell), pText(cell), cell.verdict] : ["", "", ""];
    const toReference = of(row, group.references)?.cells[0];
    return [
      row.label,
      meanAndSd(row.cells[0]!.summary),
      ...own,
      ...(group.references.length > 0 ? [toReference ? judgedText(toReference) : ""] : []),
      countText(row.cells[0]!),
    ];
  });
  const reference = group.references.length > 0 ? ["− default"] : [];
  const columns = [metric, group.columns[0]!.label, `− ${to}`, "Holm p", "verdict", ...reference, "seeds × videos"];
  return frame(columns, lines);
}

function stackedFrame(group: GroupResult, metric: string): Promise<DataFrame> {
  const lines = group.rows.flatMap((row): Value[][] => {
    const comparison = of(row, group.comparisons);
    const reference = of(row, group.references);
    return [
      [row.label, ...row.cells.map(({ summary }) => meanAndSd(summary))],
      ...(comparison ? comparisonLines(labelOf(group, comparison.baseline), comparison) : []),
      ...(reference ? [["  − default", ...reference.cells.map(judgedText)]] : []),
    ];
  });
  lines.push(["seeds × videos", ...countLine(group)]);
  return frame([metric, ...group.columns.map(({ label }) => label)], lines);
}

function comparisonLines(baseline: string, { cells }: ComparisonResult): Value[][] {
  const judged = cells.map((cell) => (cell.pHolm === null ? cell.verdict : `${pText(cell)} ${cell.verdict}`));
  return [
    [`  − ${baseline}`, ...cells.map(differenceText)],
    ["  Holm p, verdict", ...judged],
  ];
}

/** "+0.6 [−0.8, +1.9]". */
function differenceText({ difference }: DifferenceCell): string {
  if (difference === null) return DASH;
  const { mean, interval } = difference;
  return interval === null ? signed(mean) : `${signed(mean)} ${bracketed(interval)}`;
}

/** The difference, and its verdict where it has one. */
function judgedText(cell: DifferenceCell): string {
  const decided = cell.verdict === "better" || cell.verdict === "worse";
  return decided ? `${differenceText(cell)} ${cell.verdict}` : differenceText(cell);
}

function pText({ pHolm }: DifferenceCell): string {
  return pHolm === null ? DASH : pValue(pHolm);
}

function of(row: RowResult, comparisons: readonly ComparisonResult[]): ComparisonResult | undefined {
  return comparisons.find(({ treatment }) => treatment === row.key);
}

function labelOf({ rows }: GroupResult, key: string): string {
  return rows.find((row) => row.key === key)?.label ?? key;
}

function countLine({ rows, columns }: GroupResult): string[] {
  return columns.map((_, index) => [...new Set(rows.map(({ cells }) => countText(cells[index]!)))].join(" / "));
}

function countText({ seeds, videos }: Cell): string {
  return videos === null ? DASH : `${seeds.length} × ${videos[0] === videos[1] ? videos[0] : videos.join("–")}`;
}

function cellValues({ summary, seeds, videos, skipped, runs }: Cell): Value[] {
  const [low, high] = summary?.interval ?? [null, null];
  const ids = runs.map(shortId).join(" ");
  return [summary?.mean ?? null, summary?.sd ?? null, low, high, seeds.join(" "), videos?.[0] ?? null, skipped, ids];
}

function differenceValues(cell: DifferenceCell | undefined): Value[] {
  if (!cell) return [null, null, null, null, null, null, null];
  const { difference, pHolm, verdict } = cell;
  const [low, high] = difference?.interval ?? [null, null];
  return [difference?.mean ?? null, low, high, difference?.method ?? null, difference?.p ?? null, pHolm, verdict];
}
