/** The cost table for the reader: what was measured and on what, what was counted, and others' numbers apart from ours. */
import type { DataFrame } from "danfojs-node";
import { escapeLatex, frameLatex } from "../frame-latex.js";
import { escapeHtml, frameCsv, frameHtml, frameMarkdown, frameText } from "../frame-text.js";
import type { TableFormat } from "../render.js";
import { costFrame, countedFrame, measuredFrame, publishedCostFrame } from "./frames.js";
import type { CostResult } from "./result.js";

/** How the numbers come about; below every cost table. */
export const COST_NOTE =
  "GFLOPs are multiply-accumulates of products of matrices, as the field's papers count them, of one video from frames to class " +
  "scores; the class texts' tower runs once for all videos and is not counted or timed. Times: both programs loaded, turn by " +
  "turn, medians over rounds with an interval by order statistics; the cost is the median of the rounds' ratios. Memory: most " +
  "that a process of its own held, Node and its libraries included.";

/** `csv` is a line a pair (frames.ts, costFrame); `text` leaves out what others published. */
export async function renderCost(result: CostResult, format: TableFormat): Promise<string> {
  switch (format) {
    case "csv":
      return frameCsv(await costFrame(result));
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

/** "ablation-cost: What VgHIF costs (12 of 12 pairs)". */
export function costTitle({ id, title, runs }: CostResult): string {
  return `${id}: ${title} (${runs.recorded} of ${runs.declared} pairs)`;
}

function measuredCaption({ measured }: CostResult): string {
  const [first] = measured;
  if (!first) return "Nothing was measured";
  const { size, frames, classes } = first.spec;
  const on = measured.flatMap(({ record }) => (record?.measured ? [record.measured] : []));
  const where = [...new Set(on.map(({ device, backend, threads }) => `${device}, ${backend}, ${threads} threads`))];
  return `Measured: ${size}, ${frames} frames a video, ${classes} classes; ${where.join(" / ") || "not run"}`;
}

function countedCaption({ counted }: CostResult): string {
  const [first] = counted;
  if (!first) return "Nothing was counted";
  return `Counted from shapes, nothing ran: official sizes, ${first.spec.frames} frames a video, ${first.spec.classes} classes`;
}

const PUBLISHED_CAPTION =
  "Published by others, copied from the source named in each row: neither ours nor VgHIF's; protocols differ from row to row";

/** Our own blocks. */
async function blocks(result: CostResult): Promise<readonly { readonly caption: string; readonly frame: DataFrame }[]> {
  return [
    { caption: measuredCaption(result), frame: await measuredFrame(result) },
    { caption: countedCaption(result), frame: await countedFrame(result) },
  ];
}

async function textPage(result: CostResult): Promise<string> {
  const tables = (await blocks(result)).map(({ caption, frame }) => `${caption}\n\n${frameText(frame)}`);
  return `${[costTitle(result), ...tables, result.verdict.line, COST_NOTE].join("\n\n")}\n`;
}

async function markdownPage(result: CostResult): Promise<string> {
  const parts = [
    `**${costTitle(result)}**`,
    ...(await blocks(result)).flatMap(({ caption, frame }) => [caption, frameMarkdown(frame)]),
    `**${result.verdict.line}**`,
    COST_NOTE,
    `*${PUBLISHED_CAPTION}*`,
    frameMarkdown(await publishedCostFrame(result.published)),
  ];
  return `${parts.join("\n\n")}\n`;
}

async function latexPage(result: CostResult): Promise<string> {
  const parts = [
    `% ${costTitle(result)}`,
    ...(await blocks(result)).map(({ caption, frame }) => frameLatex(frame, `${result.title}. ${caption}`)),
    ...[result.verdict.line, COST_NOTE].map(escapeLatex),
    frameLatex(await publishedCostFrame(result.published), PUBLISHED_CAPTION),
  ];
  return `${parts.join("\n\n")}\n`;
}

async function htmlPage(result: CostResult): Promise<string> {
  const tables = (await blocks(result)).map(({ caption, frame }) => frameHtml(frame, caption));
  const published = frameHtml(await publishedCostFrame(result.published), PUBLISHED_CAPTION);
  return `<div class="vghif-table">
<h3>${escapeHtml(costTitle(result))}</h3>
${tables.join("\n")}
<p><strong>${escapeHtml(result.verdict.line)}</strong></p>
<p><small>${escapeHtml(COST_NOTE)}</small></p>
<details><summary>Numbers published by others (not ours)</summary>${published}</details>
</div>
`;
}
