/** A table for the reader: every number with its data, weights, scale, seeds and number of videos beside it. */
import { escapeHtml, frameCsv, frameHtml, frameMarkdown, frameText } from "./frame-text.js";
import { cellFrame, groupFrame, publishedFrame } from "./frames.js";
import type { GroupResult, TableResult } from "./table-result.js";

export type TableFormat = "text" | "markdown" | "html" | "csv";

/**
 * Writes a table. `csv` is a line a cell (frames.ts, cellFrame); the others are a block a dataset, the verdict on the
 * paper's claim, how it was tested, and (not in `text`) the numbers that others published, apart from ours.
 */
export async function renderTable(result: TableResult, format: TableFormat): Promise<string> {
  switch (format) {
    case "csv":
      return frameCsv(await cellFrame(result));
    case "text":
      return textPage(result);
    case "markdown":
      return markdownPage(result);
    case "html":
      return htmlPage(result);
  }
}

/** What is behind a dataset's numbers, in one line. */
export function groupCaption(result: TableResult, group: GroupResult): string {
  const parts = [
    `${group.dataset}: ${dataWords(group)}`,
    `weights ${group.weights}`,
    `${group.frames} frames a video`,
    `scale ${result.scale}`,
    `${metricName(result)}, mean ± sd over seeds ${result.seeds.join(", ")}`,
  ];
  const unreadable = Math.max(...group.rows.flatMap(({ cells }) => cells.map(({ skipped }) => skipped)));
  if (unreadable > 0) parts.push(`${unreadable} unreadable videos not scored`);
  return parts.join(" · ");
}

/** "table-4: Few-shot action recognition (scale smoke, 48 of 48 runs)". */
export function tableTitle({ id, title, scale, runs }: TableResult): string {
  return `${id}: ${title} (scale ${scale}, ${runs.recorded} of ${runs.declared} runs)`;
}

/** How verdicts come about; below every table. */
export const TEST_NOTE =
  "Intervals and p-values: paired t-test over seeds (same shots, order and initial weights on both sides), a cell's own, " +
  "not corrected for the number of cells; the verdict on the claim is one test on the mean over all columns.";

/** What a smoke table is not. */
export const SMOKE_NOTE =
  "Generated data and a small model: these numbers check the method's code and direction, they are not comparable with any published number.";

function dataWords({ kind }: GroupResult): string {
  if (kind === null) return "not run";
  const words = { generated: "GENERATED data, no real dataset", real: "real data", user: "user's own data" };
  return words[kind];
}

function metricName({ metric }: TableResult): string {
  return metric === "top1" ? "top-1 %" : "top-5 %";
}

function notes(result: TableResult): readonly string[] {
  const generated = result.groups.some(({ kind }) => kind === "generated");
  return generated ? [TEST_NOTE, SMOKE_NOTE] : [TEST_NOTE];
}

async function textPage(result: TableResult): Promise<string> {
  const parts = [tableTitle(result)];
  for (const group of result.groups) {
    parts.push(`${groupCaption(result, group)}\n\n${frameText(await groupFrame(group, metricName(result)))}`);
  }
  return `${[...parts, result.verdict.line, ...notes(result)].join("\n\n")}\n`;
}

async function markdownPage(result: TableResult): Promise<string> {
  const parts = [`**${tableTitle(result)}**`];
  for (const group of result.groups) {
    parts.push(groupCaption(result, group), frameMarkdown(await groupFrame(group, metricName(result))));
  }
  parts.push(`**${result.verdict.line}**`, ...notes(result));
  for (const { caption, frame } of await publishedBlocks(result)) parts.push(`*${caption}*`, frameMarkdown(frame));
  return `${parts.join("\n\n")}\n`;
}

async function htmlPage(result: TableResult): Promise<string> {
  const verdict = `<p><strong>${escapeHtml(result.verdict.line)}</strong></p>`;
  return `<div class="vghif-table">\n<h3>${escapeHtml(tableTitle(result))}</h3>\n${await tableHtml(result)}\n${verdict}\n${await notesHtml(result)}\n</div>\n`;
}

/** The blocks of numbers alone. */
export async function tableHtml(result: TableResult): Promise<string> {
  const blocks = result.groups.map(async (group) =>
    frameHtml(await groupFrame(group, metricName(result)), groupCaption(result, group)),
  );
  return (await Promise.all(blocks)).join("\n");
}

/** How it was tested, and what others published. */
export async function notesHtml(result: TableResult): Promise<string> {
  const parts = notes(result).map((note) => `<p><small>${escapeHtml(note)}</small></p>`);
  const published = await publishedBlocks(result);
  if (published.length > 0) {
    const tables = published.map(({ caption, frame }) => frameHtml(frame, caption));
    parts.push(`<details><summary>Numbers published by others (not ours)</summary>${tables.join("\n")}</details>`);
  }
  return parts.join("\n");
}

/** One block a dataset that was published about; column keys are `<dataset>-k<shots>`, labels the table's own. */
async function publishedBlocks(result: TableResult) {
  const columns = result.groups.flatMap((group) => group.columns);
  const datasets = [...new Set(columns.map(({ key }) => key.replace(/-k\d+$/, "")))];
  const blocks = datasets.map(async (dataset) => {
    const own = columns.filter(({ key }) => key.startsWith(`${dataset}-k`));
    const rows = result.published.filter(({ values }) => own.some(({ key }) => key in values));
    const caption = `Published on the real ${dataset}, top-1 %, copied from the source named in each row: neither ours nor VgHIF's`;
    return { caption, frame: await publishedFrame(rows, own), rows };
  });
  return (await Promise.all(blocks)).filter(({ rows }) => rows.length > 0);
}
