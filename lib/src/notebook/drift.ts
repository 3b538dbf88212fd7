/** What differs between a notebook as it was committed and as it runs now. */
import { isDeepStrictEqual } from "node:util";
import type { Cell, Notebook, Output } from "./document.js";

/** How much of a line is quoted. */
const QUOTED = 80;

/** One line for each cell whose outputs differ: its number, counted from 1 over all cells, and the first difference. */
export function findDrift(committed: Notebook, fresh: Notebook): string[] {
  return committed.cells.flatMap((cell, index) => {
    const now = fresh.cells[index]!;
    if (isDeepStrictEqual(cell.outputs, now.outputs)) return [];
    return [`cell ${index + 1}: ${firstDifference(cell, now)}`];
  });
}

function firstDifference(committed: Cell, fresh: Cell): string {
  const before = committed.outputs.flatMap(linesOf);
  const now = fresh.outputs.flatMap(linesOf);
  const at = before.findIndex((line, index) => line !== now[index]);
  const index = at < 0 ? before.length : at;
  return `committed ${quote(before[index])}, now ${quote(now[index])}`;
}

/** An output as lines, each with what it is. */
function linesOf(output: Output): string[] {
  const label = (kind: string, text: string) =>
    text
      .replace(/\n$/, "")
      .split("\n")
      .map((line) => `${kind}: ${line}`);
  if (output.output_type === "stream") return label(output.name, output.text);
  if (output.output_type === "error") return [`error: ${output.ename}: ${output.evalue}`];
  const { data, metadata } = output;
  const shown = Object.entries(data).flatMap(([mime, value]) =>
    label(mime, typeof value === "string" ? value : JSON.stringify(value)),
  );
  return [...shown, `metadata: ${JSON.stringify(metadata)}`];
}

function quote(line: string | undefined): string {
  if (line === undefined) return "nothing";
  return JSON.stringify(line.length > QUOTED ? `${line.slice(0, QUOTED)}...` : line);
}
