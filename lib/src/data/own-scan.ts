/** Finds the labelled videos of a user's folder: a labels.csv in it, or one folder a class. */
import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { Faults, parseCsv, pathFault, readText } from "./manifest-csv.js";
import type { SplitName } from "./types.js";

/** A labelled video before it has a place in a split. */
export interface OwnVideo {
  /** Relative to the scanned folder, `/` between its parts. */
  readonly path: string;
  readonly className: string;
  readonly group: string | null;
  /** What labels.csv asks for, or null. */
  readonly split: SplitName | null;
}

/** What was found, and what was left out and why. */
export interface OwnScan {
  readonly videos: readonly OwnVideo[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Where the classes come from. */
  readonly basis: "labels.csv" | "folders";
}

const VIDEO = /\.(avi|mp4|m4v|mkv|webm|mov|mpg|mpeg|wmv|flv|3gp|ogv|ts|mts|m2ts)$/i;
const SPLIT_NAMES: Readonly<Record<string, SplitName>> = {
  train: "train",
  training: "train",
  val: "val",
  valid: "val",
  validation: "val",
  test: "test",
  testing: "test",
};
const COLUMNS = {
  file: ["file", "path", "video", "filename"],
  class: ["class", "label", "category"],
  split: ["split"],
  group: ["group", "split_group"],
} as const;

/**
 * Reads a folder's `labels.csv` (file,class[,split][,group]) where there is one. Otherwise the class is the name of
 * the top folder that a video is in, or of the innermost one where no top folder holds a video itself; top folders
 * named train, val, test are splits. Throws a UserError for a folder without labelled videos.
 */
export function scanOwn(folder: string): OwnScan {
  const files = videoFiles(folder);
  const list = path.join(folder, "labels.csv");
  const scan = existsSync(list) ? fromLabels(list, readText(list, "the labels"), files) : fromFolders(files);
  if (scan.videos.length === 0) {
    throw new UserError(
      `${folder}: no labelled videos (${files.length} video files): ` +
        "put them in one folder a class, or add a labels.csv with the columns file,class",
    );
  }
  return scan;
}

/** All video files below a folder, sorted; folders and files that begin with a dot are left out. */
function videoFiles(folder: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true }).map(String);
  } catch (error) {
    throw new UserError(`cannot read the folder ${folder}: ${messageOf(error)}`);
  }
  return entries
    .filter((file) => VIDEO.test(file))
    .map((file) => file.split(path.sep).join("/"))
    .filter((file) => !file.split("/").some((part) => part.startsWith(".")))
    .filter((file) => statSync(path.join(folder, file), { throwIfNoEntry: false })?.isFile() === true)
    .sort();
}

function fromLabels(list: string, text: string, files: readonly string[]): OwnScan {
  const rows = parseCsv(list, text, []);
  const present = new Set(files);
  const faults = new Faults(list);
  const columns = rows[0]?.cells ?? {};
  const column = (names: readonly string[]): string | undefined => names.find((name) => name in columns);
  const fileColumn = column(COLUMNS.file);
  const classColumn = column(COLUMNS.class);
  if (fileColumn === undefined) faults.add(1, `no column for the file (one of ${COLUMNS.file.join(", ")})`);
  if (classColumn === undefined) faults.add(1, `no column for the class (one of ${COLUMNS.class.join(", ")})`);
  if (rows.length > 0) faults.throwIfAny();

  const cell = (cells: Readonly<Record<string, string>>, name: string | undefined): string =>
    name === undefined ? "" : (cells[name] ?? "");
  const lineOf = new Map<string, number>();
  const videos: OwnVideo[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const { line, cells } of rows) {
    const file = cell(cells, fileColumn).split("\\").join("/");
    const className = cell(cells, classColumn);
    const splitText = cell(cells, column(COLUMNS.split)).toLowerCase();
    const split = SPLIT_NAMES[splitText];
    const fault = pathFault(file);
    const before = lineOf.get(file);
    if (fault !== null) faults.add(line, `file "${file}" ${fault}`);
    else if (before !== undefined) faults.add(line, `file "${file}" is already on line ${before}`);
    if (splitText !== "" && split === undefined) faults.add(line, `split "${splitText}" is not train, val or test`);
    lineOf.set(file, line);
    if (className === "") skipped.push({ path: file, reason: "no class in labels.csv" });
    else if (!present.has(file)) skipped.push({ path: file, reason: "in labels.csv, but there is no such video file" });
    else
      videos.push({ path: file, className, group: cell(cells, column(COLUMNS.group)) || null, split: split ?? null });
  }
  faults.throwIfAny();
  for (const file of files) {
    if (!lineOf.has(file)) skipped.push({ path: file, reason: "not in labels.csv" });
  }
  const withSplit = videos.filter((video) => video.split !== null);
  const without = videos.find((video) => video.split === null);
  if (withSplit.length > 0 && without !== undefined) {
    throw new UserError(
      `${list}: line ${lineOf.get(without.path)}: "${without.path}" has no split while others have: give all or none one`,
    );
  }
  return { videos, skipped, basis: "labels.csv" };
}

function fromFolders(files: readonly string[]): OwnScan {
  const parts = files.map((file) => file.split("/").slice(0, -1));
  const inSplits = parts.length > 0 && parts.every(([top = ""]) => SPLIT_NAMES[top.toLowerCase()] !== undefined);
  const folders = inSplits ? parts.map((folder) => folder.slice(1)) : parts;
  const topHoldsVideos = folders.some((folder) => folder.length === 1);
  const videos: OwnVideo[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const [i, file] of files.entries()) {
    const className = topHoldsVideos ? folders[i]?.[0] : folders[i]?.at(-1);
    const split = inSplits ? (SPLIT_NAMES[parts[i]?.[0]?.toLowerCase() ?? ""] ?? null) : null;
    if (className === undefined) skipped.push({ path: file, reason: "in no class folder" });
    else videos.push({ path: file, className, group: groupInName(file), split });
  }
  return { videos, skipped, basis: "folders" };
}

/** UCF's file names tell the recording: v_Biking_g01_c02.avi is clip 2 of group 1. */
function groupInName(file: string): string | null {
  return /(v_[^/]*_g\d+)_c\d+\.\w+$/i.exec(file)?.[1] ?? null;
}
