/** A DataFrame as text: plain, Markdown, HTML and CSV. The first column holds labels, the others numbers. */
import type { DataFrame } from "danfojs-node";
import Papa from "papaparse";

/** Columns padded with spaces; the first to the left, the others to the right. */
export function frameText(frame: DataFrame): string {
  const lines = frameCells(frame);
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const padded = lines.map((line) =>
    line
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join("   "),
  );
  const rule = "-".repeat(padded[0]!.length);
  return [padded[0], rule, ...padded.slice(1)].map((line) => line!.trimEnd()).join("\n");
}

/** A GitHub table. */
export function frameMarkdown(frame: DataFrame): string {
  const [head, ...body] = frameCells(frame).map((line) => line.map((cell) => cell.replaceAll("|", "\\|")));
  const rule = head!.map((_, column) => (column === 0 ? "---" : "---:"));
  return [head!, rule, ...body].map((line) => `| ${line.join(" | ")} |`).join("\n");
}

/** The caption (none where it is empty), then a table with row and column headers that scrolls by itself where the page is narrow. */
export function frameHtml(frame: DataFrame, caption: string): string {
  const [head, ...body] = frameCells(frame).map((line) => line.map(escapeHtml));
  const header = head!.map((cell) => `<th scope="col">${cell}</th>`).join("");
  const rows = body.map(
    ([label, ...values]) =>
      `<tr><th scope="row">${label}</th>${values.map((cell) => `<td>${cell}</td>`).join("")}</tr>`,
  );
  const table = `<table${caption ? ` aria-label="${escapeHtml(caption)}"` : ""}><thead><tr>${header}</tr></thead><tbody>${rows.join("\n")}</tbody></table>`;
  const above = caption ? `<p class="caption">${escapeHtml(caption)}</p>\n` : "";
  return `${above}<div style="overflow-x:auto">${table}</div>`;
}

/** RFC 4180, quoted where needed (danfojs's own writer does not quote). An absent value is an empty field. */
export function frameCsv(frame: DataFrame): string {
  return `${Papa.unparse({ fields: [...frame.columns], data: rowsOf(frame) }, { newline: "\n" })}\n`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** The head, then the lines, as they are shown. */
export function frameCells(frame: DataFrame): string[][] {
  return [frame.columns, ...rowsOf(frame)].map((line) => line.map(cellText));
}

/** A fraction has three decimals at most, for the eye; CSV keeps all. */
function cellText(cell: unknown): string {
  if (cell === null || cell === undefined) return "";
  return String(typeof cell === "number" ? Number(cell.toFixed(3)) : cell);
}

function rowsOf(frame: DataFrame): unknown[][] {
  return frame.values.map((row) => (Array.isArray(row) ? row : [row]));
}
