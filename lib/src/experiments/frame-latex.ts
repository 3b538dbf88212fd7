/** A DataFrame as a LaTeX table, for \usepackage{booktabs}; compiles with pdfLaTeX and with LuaLaTeX. */
import type { DataFrame } from "danfojs-node";
import { frameCells } from "./frame-text.js";

/** A column of long text is wrapped to this width. */
const WRAPPED = "p{0.3\\linewidth}";

/** More characters than these are long. */
const LONG = 40;

/** A `table` float with its caption above. The first column is to the left, the others to the right. */
export function frameLatex(frame: DataFrame, caption: string): string {
  const [head, ...body] = frameCells(frame);
  const columns = head!.map((_, column) => {
    if (body.some((line) => line[column]!.length > LONG)) return WRAPPED;
    return column === 0 ? "l" : "r";
  });
  const line = (cells: readonly string[]): string => `${cells.map(escapeLatex).join(" & ")} \\\\`;
  return [
    "\\begin{table}",
    "\\centering",
    `\\caption{${escapeLatex(caption)}}`,
    `\\begin{tabular}{${columns.join("")}}`,
    "\\toprule",
    line(head!),
    "\\midrule",
    ...body.map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "\\end{table}",
  ].join("\n");
}

const COMMANDS: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "{": "\\{",
  "}": "\\}",
  "&": "\\&",
  "%": "\\%",
  $: "\\$",
  "#": "\\#",
  _: "\\_",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "$<$",
  ">": "$>$",
  "|": "$|$",
  "−": "$-$",
  "±": "$\\pm$",
  "×": "$\\times$",
  "·": "$\\cdot$",
  "—": "---",
  "–": "--",
};

/** Text as LaTeX prints it; leading spaces, an indent, are kept; a bracket cannot be taken for an option of the line before. */
export function escapeLatex(text: string): string {
  const indent = /^ +/.exec(text) ? "\\quad " : "";
  const escaped = text.trimStart().replace(/[\\{}&%$#_~^<>|−±×·—–]/g, (character) => COMMANDS[character]!);
  return `${indent}${escaped.replace(/^\[/, "{[}")}`;
}
