/** A table for the reader: every number with its data, weights, scale, seeds and number of videos beside it. */
import type { DataFrame } from "danfojs-node";
import { groupCaption, metricName, notes, tableTitle, verdictLines } from "./captions.js";
import { escapeLatex, frameLatex } from "./frame-latex.js";
import { escapeHtml, frameCsv, frameHtml, frameMarkdown, frameText } from "./frame-text.js";
import { cellFrame, groupFrame } from "./frames.js";
import { publishedBlocks } from "./published-blocks.js";
import { modelFrame } from "./row-about.js";
import type { GroupResult, TableResult } from "./table-result.js";

export { groupCaption, tableTitle } from "./captions.js";

export type TableFormat = "text" | "markdown" | "html" | "latex" | "csv";

/**
 * Writes a table. `csv` is a line a cell (frames.ts, cellFrame); the others are a block a dataset, the verdict on the
 * paper's claim and on each comparison, how it was tested, and (not in `text`) the numbers that others published, apart from
 * ours. `latex` is for a document with \usepackage{booktabs}.
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
    case "latex":
      return latexPage(result);
  }
}

async function textPage(result: TableResult): Promise<string> {
  const parts = [tableTitle(result)];
  for (const group of result.groups) {
    parts.push(groupCaption(result, group), ...(await blocks(result, group)).map(frameText));
  }
  return `${[...parts, verdictLines(result).join("\n"), ...notes(result)].join("\n\n")}\n`;
}

async function markdownPage(result: TableResult): Promise<string> {
  const [verdict, ...comparisons] = verdictLines(result);
  const parts = [`**${tableTitle(result)}**`];
  for (const group of result.groups) {
    parts.push(groupCaption(result, group), ...(await blocks(result, group)).map(frameMarkdown));
  }
  parts.push(`**${verdict}**`);
  if (comparisons.length > 0) parts.push(comparisons.map((line) => `- ${line}`).join("\n"));
  parts.push(...notes(result));
  for (const { caption, frame } of await publishedBlocks(result)) parts.push(`*${caption}*`, frameMarkdown(frame));
  return `${parts.join("\n\n")}\n`;
}

async function htmlPage(result: TableResult): Promise<string> {
  return `<div class="vghif-table">\n<h3>${escapeHtml(tableTitle(result))}</h3>\n${await tableHtml(result)}\n${verdictHtml(result)}\n${await notesHtml(result)}\n</div>\n`;
}

async function latexPage(result: TableResult): Promise<string> {
  const parts = [`% ${tableTitle(result)}`];
  for (const group of result.groups) {
    const caption = `${result.title}. ${groupCaption(result, group)}`;
    parts.push(...(await blocks(result, group)).map((frame) => frameLatex(frame, caption)));
  }
  parts.push(...[...verdictLines(result), ...notes(result)].map(escapeLatex));
  for (const { caption, frame } of await publishedBlocks(result)) parts.push(frameLatex(frame, caption));
  return `${parts.join("\n\n")}\n`;
}

/** The blocks of numbers alone. */
export async function tableHtml(result: TableResult): Promise<string> {
  const parts = result.groups.map(async (group) => {
    const caption = groupCaption(result, group);
    return (await blocks(result, group)).map((frame, index) => frameHtml(frame, index === 0 ? caption : "")).join("\n");
  });
  return (await Promise.all(parts)).join("\n");
}

/** The accuracies of a group, then, for tables that tell it, what its models are and cost. */
async function blocks(result: TableResult, group: GroupResult): Promise<readonly DataFrame[]> {
  const accuracies = await groupFrame(group, metricName(result));
  return result.models ? [accuracies, await modelFrame(group)] : [accuracies];
}

/** The table's verdict, and a list of the comparisons' where they are several. */
export function verdictHtml(result: TableResult): string {
  const [verdict, ...comparisons] = verdictLines(result).map(escapeHtml);
  const list = comparisons.map((line) => `<li>${line}</li>`).join("\n");
  return `<p><strong>${verdict}</strong></p>${list ? `\n<ul>\n${list}\n</ul>` : ""}`;
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
