/** A table's section: its verdict, plots, numbers, how it was tested, and its texts to copy. */

import { tableTitle, verdictLines } from "../captions.js";
import type { Figure } from "../figure.js";
import { escapeHtml } from "../frame-text.js";
import { notesHtml, renderTable } from "../render.js";
import type { Scale } from "../spec.js";
import type { Table } from "../table.js";
import type { GroupResult, TableResult } from "../table-result.js";
import { jsonScript, plotHtml } from "./document.js";
import { modelOf, resultTables } from "./result-tables.js";
import type { Section } from "./section.js";
import { sortableHtml } from "./sortable.js";

const FORMATS = ["csv", "latex", "markdown"] as const;

/** As many verdicts of single comparisons stand in the open; more are folded up. */
const OPEN_VERDICTS = 3;

/**
 * @param figures drawn above the numbers
 * @param indexOf place of a run in the page's list, by its id
 */
export async function tableSection(
  table: Table,
  result: TableResult,
  figures: readonly Figure[],
  indexOf: (id: string) => number,
): Promise<Section> {
  const texts = await Promise.all(FORMATS.map(async (format) => [format, await renderTable(result, format)] as const));
  const blocks = resultTables(table, result, indexOf).map(
    (block, index) => `${sortableHtml(block)}${forestHtml(table, result.scale, result.groups[index]!)}`,
  );
  const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(texts[0]![1])}`;
  const plots = await Promise.all(figures.map(plotHtml));
  return {
    id: result.id,
    short: result.id,
    title: tableTitle(result),
    kind: result.verdict.finding.replace(" ", "-"),
    html: `${verdictsHtml(result)}
${plots.join("\n")}
<div class="copies" data-name="${escapeHtml(result.id)}">${jsonScript(Object.fromEntries(texts))}</div>
${blocks.join("\n")}
<p><a download="${escapeHtml(result.id)}-${result.scale}.csv" href="${csv}">Download as CSV</a></p>
${await notesHtml(result)}`,
  };
}

function verdictsHtml(result: TableResult): string {
  const [verdict, ...comparisons] = verdictLines(result).map(escapeHtml);
  const box = `<p class="verdict-box">${verdict}</p>`;
  if (comparisons.length === 0) return box;
  const list = `<ul class="verdicts">${comparisons.map((line) => `<li>${line}</li>`).join("\n")}</ul>`;
  if (comparisons.length <= OPEN_VERDICTS) return `${box}\n${list}`;
  return `${box}\n<details><summary>Each of the ${comparisons.length} comparisons</summary>${list}</details>`;
}

/** The differences of a dataset with one column, for the page's script to plot; more columns have a figure of their own. */
function forestHtml(table: Table, scale: Scale, { dataset, columns, rows, comparisons }: GroupResult): string {
  if (columns.length !== 1) return "";
  const lines = comparisons.flatMap(({ treatment, cells }) => {
    const { difference, verdict } = cells[0]!;
    const label = rows.find(({ key }) => key === treatment)?.label ?? treatment;
    if (difference === null) return [];
    const { mean, interval } = difference;
    return [{ label, mean, interval, verdict, model: modelOf(table, treatment, scale) }];
  });
  if (lines.length === 0) return "";
  const plot = `<div data-forest="${escapeHtml(JSON.stringify(lines))}"></div>`;
  return `\n<div class="plot-of" data-dataset="${escapeHtml(dataset)}">${plot}</div>`;
}
