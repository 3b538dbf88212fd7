/** A user's `labels.csv`: file, class and, where they are there, split and group of each video. */
import path from "node:path";
import Papa from "papaparse";
import { UserError } from "../errors.js";
import { type CsvRow, Faults, parseCsv, readText } from "./csv.js";
import { pathFault } from "./manifest-csv.js";
import type { Skipped } from "./own-files.js";
import type { OwnVideo } from "./own-scan.js";
import type { SplitName } from "./types.js";

/** Split names as people write them, in small letters. */
export const SPLIT_NAMES: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  val: "val",
  valid: "val",
  validation: "val",
  dev: "val",
  test: "test",
  testing: "test",
};

const COLUMNS = {
  file: ["file", "path", "video", "filename"],
  class: ["class", "label", "category"],
  split: ["split"],
  group: ["group", "split_group"],
} as const;

/** What a spreadsheet may put between cells. */
const DELIMITERS = [",", ";", "\t"];

/**
 * Videos of a `labels.csv` in `folder`, whose `files` are there. Header in any case and order; more columns are allowed; cells may be
 * parted by commas, semicolons or tabs. @throws UserError naming the line: a path that leaves the folder or is there twice, an
 * unknown split, a split for some rows only
 */
export function readLabels(
  folder: string,
  files: readonly string[],
): { readonly videos: readonly OwnVideo[]; readonly skipped: readonly Skipped[] } {
  const list = path.join(folder, "labels.csv");
  const rows = rowsOf(list);
  const faults = new Faults(list);
  const names = Object.keys(rows[0]?.cells ?? {});
  const columnOf = (known: readonly string[]): string | undefined =>
    known.flatMap((name) => names.find((column) => column.toLowerCase() === name) ?? [])[0];
  const columns = {
    file: columnOf(COLUMNS.file),
    class: columnOf(COLUMNS.class),
    split: columnOf(COLUMNS.split),
    group: columnOf(COLUMNS.group),
  };
  for (const what of ["file", "class"] as const) {
    if (columns[what] !== undefined) continue;
    faults.add(1, `no column for the ${what} (one of ${COLUMNS[what].join(", ")}) in the header "${names.join(",")}"`);
  }
  if (rows.length > 0) faults.throwIfAny();

  // A name with an accent may be written with one code point or two, and differ between the disk and the list.
  const present = new Map(files.map((file) => [file.normalize(), file]));
  const lineOf = new Map<string, number>();
  const videos: OwnVideo[] = [];
  const skipped: Skipped[] = [];
  for (const { line, cells } of rows) {
    const cell = (what: keyof typeof columns): string => cells[columns[what] ?? ""] ?? "";
    const written = belowFolder(folder, cell("file"));
    const file = present.get(written.normalize()) ?? written;
    const splitText = cell("split").toLowerCase();
    const split = SPLIT_NAMES[splitText];
    const fault = pathFault(file);
    const before = lineOf.get(file);
    if (fault !== null) faults.add(line, `file "${file}" ${fault}`);
    else if (before !== undefined) faults.add(line, `file "${file}" is already on line ${before}`);
    if (splitText !== "" && split === undefined) faults.add(line, `split "${splitText}" is not train, val or test`);
    lineOf.set(file, line);
    const className = cell("class");
    if (className === "") skipped.push({ path: file, reason: "no class in labels.csv" });
    else if (!present.has(file.normalize()))
      skipped.push({ path: file, reason: "in labels.csv, but there is no such video file" });
    else videos.push({ path: file, className, group: cell("group") || null, split: split ?? null });
  }
  faults.throwIfAny();
  for (const file of files) {
    if (!lineOf.has(file)) skipped.push({ path: file, reason: "not in labels.csv" });
  }
  const without = videos.find((video) => video.split === null);
  if (without !== undefined && videos.some((video) => video.split !== null)) {
    throw new UserError(
      `${list}: line ${lineOf.get(without.path)}: "${without.path}" has no split while others have: give all or none one`,
    );
  }
  return { videos, skipped };
}

function rowsOf(list: string): readonly CsvRow[] {
  const text = readText(list, "the labels").replace(/^\uFEFF/, "");
  if (/[\uFFFD\0]/.test(text)) {
    throw new UserError(`${list} is not UTF-8 text: save it again as "CSV UTF-8"`);
  }
  const header = text.slice(0, /[\r\n]|$/.exec(text)!.index).toLowerCase();
  const isFile = (cell: string): boolean => COLUMNS.file.some((name) => name === cell.trim().replaceAll('"', ""));
  const delimiter = DELIMITERS.find((candidate) => header.split(candidate).some(isFile)) ?? ",";
  if (delimiter === ",") return parseCsv(list, text, []);
  const { data } = Papa.parse<string[]>(text, { delimiter });
  return parseCsv(list, Papa.unparse(data, { newline: "\n" }), []);
}

/** A path as written, made relative to the folder where it is an absolute one inside it. */
function belowFolder(folder: string, written: string): string {
  const file = written
    .split("\\")
    .join("/")
    .replace(/^(\.\/+)+/, "");
  const start = `${folder.split(path.sep).join("/").replace(/\/$/, "")}/`;
  return file.startsWith(start) ? file.slice(start.length) : file;
}
