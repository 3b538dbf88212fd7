/** The report's page: text, tables, plots, pictures and runs put together. */
import path from "node:path";
import { figureShots } from "../figure-shots.js";
import { escapeHtml } from "../frame-text.js";
import type { RunRecord } from "../record.js";
import { notesHtml, renderTable, tableHtml, tableTitle } from "../render.js";
import type { TableResult } from "../table-result.js";
import { pageOf, plotHtml } from "./document.js";
import { runsSection } from "./runs.js";

/** A drawing made elsewhere, such as a grounding map. */
export interface ReportPicture {
  /** File name; its stem is the title. */
  readonly name: string;
  readonly svg: string;
}

/** The whole page as HTML. */
export async function reportPage(
  results: readonly TableResult[],
  records: readonly RunRecord[],
  pictures: readonly ReportPicture[],
): Promise<string> {
  const sections = await Promise.all(results.map(tableSection));
  const parts = ["<h1>VgHIF: results</h1>", ABOUT, ...sections, picturesSection(pictures), runsSection(records)];
  return pageOf("VgHIF: results", parts.join("\n"));
}

const ABOUT = `<p class="lead">Visual-guided hierarchical iterative fusion against the same model without it, from the records of
finished runs: every number is computed from them, none is typed in.</p>
<h2>What is the paper's, what is ours</h2>
<ul>
<li><strong>The paper's</strong> (Zhang et al., Pattern Recognition Letters 186, 2024, 213–220; only its abstract is open):
the idea of the method, the claim that it improves its baseline, and which settings are compared.</li>
<li><strong>Ours</strong>: every choice that the abstract leaves open, the code, the recipes, and all numbers under “mean ± sd”.</li>
<li><strong>Others'</strong>: numbers under “published by others”, each with its source, measured on the real datasets with
other models and recipes.</li>
</ul>
<p>No number on this page is VgHIF's own as published: those are not open.</p>`;

async function tableSection(result: TableResult): Promise<string> {
  const figure = figureShots(result);
  const csv = `data:text/csv;charset=utf-8,${encodeURIComponent(await renderTable(result, "csv"))}`;
  return `<section class="${result.verdict.finding.replace(" ", "-")}">
<h2>${escapeHtml(tableTitle(result))}</h2>
<p class="verdict-box">${escapeHtml(result.verdict.line)}</p>
${await plotHtml(figure)}
${await tableHtml(result)}
${await notesHtml(result)}
<p><a download="${escapeHtml(result.id)}-${result.scale}.csv" href="${csv}">Download as CSV</a></p>
</section>`;
}

function picturesSection(pictures: readonly ReportPicture[]): string {
  if (pictures.length === 0) return "";
  const figures = pictures.map(({ name, svg }) => {
    const title = path.parse(name).name.replaceAll("-", " ");
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    return `<figure><div class="wide"><img alt="${escapeHtml(title)}" src="${source}"></div><figcaption>${escapeHtml(title)}</figcaption></figure>`;
  });
  return `<section><h2>Where the text looked</h2>\n${figures.join("\n")}\n</section>`;
}
