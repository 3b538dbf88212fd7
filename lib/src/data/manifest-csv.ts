/** The CSV files of a manifest: rows in, checked; rows out. A bad row is named by file and line. */
import { readFileSync } from "node:fs";
import path from "node:path";
import Papa from "papaparse";
import { messageOf, UserError } from "../errors.js";
import type { Sample } from "./types.js";

/** One row of a CSV file with a header: its cells by column name, and its first line, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** Collects what is wrong in one file, and throws it as one line: the first fault and how many more there are. */
export class Faults {
  private readonly found: string[] = [];

  constructor(private readonly file: string) {}

  add(line: number, what: string): void {
    this.found.push(`line ${line}: ${what}`);
  }

  throwIfAny(): void {
    const [first, ...rest] = this.found;
    if (first === undefined) return;
    const more = rest.length === 0 ? "" : ` (and ${rest.length} more: ${rest.slice(0, 4).join("; ")})`;
    throw new UserError(`${this.file}: ${first}${more}`);
  }
}

/** The text of a file that must be there. Throws a UserError that says what it is for. */
export function readText(file: string, purpose: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read ${file}, ${purpose}: ${messageOf(error)}`);
  }
}

/**
 * Rows of a CSV text with a header line. Empty lines are skipped; cells are trimmed; columns beyond the wanted ones
 * are kept. Throws a UserError where a wanted column is missing, a row is too short or too long, or a quote is open.
 */
export function parseCsv(file: string, text: string, columns: readonly string[]): CsvRow[] {
  const parsed = Papa.parse<string[]>(text.replace(/^\uFEFF/, ""), { delimiter: ",", skipEmptyLines: false });
  const faults = new Faults(file);
  const header = parsed.data[0]?.map((name) => name.trim()) ?? [];
  for (const name of columns) {
    if (!header.includes(name)) faults.add(1, `no column "${name}" in the header "${header.join(",")}"`);
  }
  faults.throwIfAny();

  const badRows = new Map(parsed.errors.map((error) => [error.row, error.message]));
  const rows: CsvRow[] = [];
  let line = 1;
  for (const [index, values] of parsed.data.entries()) {
    const first = line;
    line += 1;
    for (const value of values) if (value.includes("\n")) line += value.split("\n").length - 1;
    const fault = badRows.get(index);
    if (fault !== undefined) faults.add(first, fault);
    if (index === 0 || (values.length === 1 && values[0]?.trim() === "")) continue;
    if (values.length !== header.length) {
      faults.add(first, `${values.length} cells where the header has ${header.length}`);
      continue;
    }
    const cells: Record<string, string> = {};
    for (const [i, name] of header.entries()) cells[name] = (values[i] ?? "").trim();
    rows.push({ line: first, cells });
  }
  faults.throwIfAny();
  return rows;
}

/** CSV text with LF line ends, the header always written. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, { newline: "\n" })}\n`;
}

/** Class names in label order, from `classes.csv` (id,name): ids 0, 1, 2, ... in order, each name once. */
export function parseClasses(file: string, text: string): string[] {
  const faults = new Faults(file);
  const names: string[] = [];
  for (const { line, cells } of parseCsv(file, text, ["id", "name"])) {
    const { id = "", name = "" } = cells;
    if (id !== String(names.length)) faults.add(line, `id "${id}" where ${names.length} comes next`);
    if (name === "") faults.add(line, "the class has no name");
    else if (names.includes(name)) faults.add(line, `class "${name}" is there twice`);
    names.push(name);
  }
  faults.throwIfAny();
  if (names.length === 0) throw new UserError(`${file}: no classes; add a line "0,name of the first class"`);
  return names;
}

/**
 * The videos of a split's CSV (path,label[,group]). The label is a 0-based class index, or a class's name where that
 * is not a number. Throws a UserError for an unknown class, a label out of range, a path that is there twice or
 * leaves the dataset's root.
 */
export function parseSamples(file: string, text: string, classes: readonly string[]): Sample[] {
  const faults = new Faults(file);
  const byName = new Map(classes.map((name, index) => [name, index]));
  const lineOf = new Map<string, number>();
  const samples: Sample[] = [];
  for (const { line, cells } of parseCsv(file, text, ["path", "label"])) {
    const { path: video = "", label = "", group = "" } = cells;
    const isIndex = /^[+-]?\d+$/.test(label);
    const index = isIndex ? Number(label) : byName.get(label);
    if (index === undefined) faults.add(line, `unknown class "${label}"`);
    else if (index < 0 || index >= classes.length)
      faults.add(line, `label ${label} is not in 0..${classes.length - 1}`);
    const fault = pathFault(video);
    if (fault !== null) faults.add(line, `path "${video}" ${fault}`);
    const before = lineOf.get(video);
    if (before !== undefined) faults.add(line, `path "${video}" is already on line ${before}`);
    lineOf.set(video, line);
    samples.push({ path: video, label: index ?? -1, ...(group === "" ? {} : { group }) });
  }
  faults.throwIfAny();
  return samples;
}

/** Only such paths can have another, simpler spelling. */
const ODD_PATH = /(^|\/)\.|\/\/|\/$/;

/** What is wrong with a path as relative to a dataset's root (`/` between its parts), or null. */
export function pathFault(video: string): string | null {
  if (video === "") return "is empty";
  if (video.includes("\0")) return "holds a NUL character";
  if (path.posix.isAbsolute(video) || path.win32.isAbsolute(video)) return "is absolute; make it relative to the root";
  if (video.includes("..") && video.split(/[\\/]/).includes("..")) return "leaves the dataset's root";
  if (ODD_PATH.test(video) && path.posix.normalize(video) !== video)
    return `should be written "${path.posix.normalize(video)}"`;
  return null;
}
