/**
 * Buttons that copy a table as CSV, LaTeX or Markdown. A declared table brings its texts along, made where the page was; any
 * other table is copied as it stands on the page, filtered and sorted.
 */
import { copy } from "./clipboard.js";
import { element } from "./dom.js";

const NAMES = { csv: "CSV", latex: "LaTeX", markdown: "Markdown" };
const WRITERS = { csv, latex, markdown };

/** @typedef {keyof typeof NAMES} Format */

/** Puts the buttons above every table. */
export function startCopying() {
  for (const place of document.querySelectorAll(".copies")) {
    const texts = JSON.parse(place.querySelector("script")?.textContent ?? "{}");
    const name = /** @type {HTMLElement} */ (place).dataset.name ?? "";
    const formats = /** @type {Format[]} */ (Object.keys(NAMES)).filter((format) => format in texts);
    place.append(toolbar(name, formats, (format) => texts[format]));
  }
  for (const table of document.querySelectorAll("main table:not([data-copied])")) {
    addCopying(/** @type {HTMLTableElement} */ (table), table.getAttribute("aria-label") ?? "the table");
  }
}

/**
 * The buttons for one table as it stands on the page.
 *
 * @param {HTMLTableElement} table
 * @param {string} name
 */
export function addCopying(table, name) {
  table.dataset.copied = "";
  const formats = /** @type {Format[]} */ (Object.keys(NAMES));
  const bar = toolbar(name, formats, (format) => WRITERS[format](linesOf(table)));
  (table.closest("[role=region]") ?? table).before(bar);
}

/**
 * @param {string} name
 * @param {readonly Format[]} formats
 * @param {(format: Format) => string} textOf
 */
function toolbar(name, formats, textOf) {
  const buttons = formats.map((format) => {
    const what = `${name} as ${NAMES[format]}`;
    const attributes = { type: "button", title: `Copy ${what}`, onclick: () => copy(textOf(format), what) };
    return element("button", attributes, NAMES[format]);
  });
  return element(
    "div",
    { class: "toolbar", role: "group", "aria-label": `Copy ${name}` },
    element("span", {}, "Copy as"),
    ...buttons,
  );
}

/**
 * The texts of the rows that are shown.
 *
 * @param {HTMLTableElement} table
 * @returns {readonly (readonly string[])[]}
 */
function linesOf(table) {
  return [...table.rows]
    .filter((row) => !row.hidden)
    .map((row) => [...row.cells].map((cell) => (cell.innerText || "").replace(/\s+/g, " ").trim()));
}

/** @param {readonly (readonly string[])[]} lines */
export function csv(lines) {
  const field = (/** @type {string} */ text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return lines.map((line) => `${line.map(field).join(",")}\n`).join("");
}

/** @param {readonly (readonly string[])[]} lines */
export function markdown(lines) {
  const rows = lines.map((line) => `| ${line.map((text) => text.replaceAll("|", "\\|")).join(" | ")} |`);
  const rule = `|${(lines[0] ?? []).map((_, column) => (column === 0 ? " --- " : " ---: ")).join("|")}|`;
  return `${[rows[0], rule, ...rows.slice(1)].join("\n")}\n`;
}

/** @type {Readonly<Record<string, string>>} */
const TEX = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "±": "$\\pm$",
  "−": "$-$",
  "×": "$\\times$",
  "—": "---",
  "–": "--",
};

/** @param {readonly (readonly string[])[]} lines for the package booktabs */
export function latex(lines) {
  const text = (/** @type {string} */ cell) =>
    cell.replace(/[\\~^±−×—–&%$#_{}]/g, (found) => TEX[found] ?? `\\${found}`);
  const [head, ...body] = lines.map((line) => `${line.map(text).join(" & ")} \\\\`);
  const columns = `l${"r".repeat(Math.max(0, (lines[0]?.length ?? 1) - 1))}`;
  return [
    `\\begin{tabular}{${columns}}`,
    "\\toprule",
    head,
    "\\midrule",
    ...body,
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}
