/** Finds the labelled videos of a user's folder: a labels.csv in it, or one folder a class. */
import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { joinCopies } from "./own-copies.js";
import { ENDINGS, findVideoFiles, type Skipped } from "./own-files.js";
import { readLabels, SPLIT_NAMES } from "./own-labels.js";
import type { SplitName } from "./types.js";

/** A labelled video before it has a place in a split. */
export interface OwnVideo {
  /** Relative to the scanned folder, `/` between its parts. */
  readonly path: string;
  readonly className: string;
  readonly group: string | null;
  /** What labels.csv or the folder asks for, or null. */
  readonly split: SplitName | null;
}

/** What was found, and what was left out and why. */
export interface OwnScan {
  readonly videos: readonly OwnVideo[];
  readonly skipped: readonly Skipped[];
  /** Where the classes come from. */
  readonly basis: "labels.csv" | "folders";
  /** Videos with the same bytes as another one, and clips in several file formats: each with its like in one group. */
  readonly copies: number;
  readonly forms: number;
  /** Files named labels.csv further down, which are not read. */
  readonly otherLists: readonly string[];
}

/**
 * Reads a folder's `labels.csv` (file,class[,split][,group]) where there is one. Otherwise the class is the name of
 * the top folder that a video is in, or of the innermost one where no top folder holds a video itself; top folders
 * named train, val, test are splits. Throws a UserError for a folder without labelled videos.
 */
export async function scanOwn(folder: string): Promise<OwnScan> {
  const found = await findVideoFiles(folder);
  const files = found.videos.map((video) => video.path);
  const basis = existsSync(path.join(folder, "labels.csv")) ? "labels.csv" : "folders";
  const labelled = basis === "labels.csv" ? readLabels(folder, files) : fromFolders(files);
  const joined = await joinCopies(
    folder,
    groupsInNames(labelled.videos),
    new Map(found.videos.map((video) => [video.path, video.bytes])),
  );
  if (joined.videos.length === 0) throw new UserError(nothingFound(folder, basis, files.length, found.others.length));
  return {
    videos: joined.videos,
    skipped: [...found.skipped, ...labelled.skipped, ...joined.skipped],
    basis,
    copies: joined.copies,
    forms: joined.forms,
    otherLists: found.others.filter((file) => file.endsWith("/labels.csv")),
  };
}

function nothingFound(folder: string, basis: OwnScan["basis"], videos: number, others: number): string {
  const what = `${folder}: no labelled videos (${videos} video files, ${others} others)`;
  if (videos === 0) return `${what}: it needs files that end in ${ENDINGS}, in one folder a class`;
  if (basis === "labels.csv") return `${what}: no row of its labels.csv has a class and names a file that is there`;
  return `${what}: put them in one folder a class, or add a labels.csv with the columns file,class`;
}

function fromFolders(files: readonly string[]): Pick<OwnScan, "videos" | "skipped"> {
  const parts = files.map((file) => file.split("/").slice(0, -1));
  const inSplits = parts.length > 0 && parts.every(([top = ""]) => SPLIT_NAMES[top.toLowerCase()] !== undefined);
  const folders = inSplits ? parts.map((folder) => folder.slice(1)) : parts;
  const topHoldsVideos = folders.some((folder) => folder.length === 1);
  const videos: OwnVideo[] = [];
  const skipped: Skipped[] = [];
  for (const [i, file] of files.entries()) {
    const className = (topHoldsVideos ? folders[i]?.[0] : folders[i]?.at(-1))?.trim().normalize();
    const split = inSplits ? (SPLIT_NAMES[parts[i]?.[0]?.toLowerCase() ?? ""] ?? null) : null;
    if (className === undefined || className === "") skipped.push({ path: file, reason: "in no class folder" });
    else videos.push({ path: file, className, group: null, split });
  }
  return { videos, skipped };
}

/** UCF's file names tell the recording: v_Biking_g01_c02.avi is clip 2 of group 1. */
function groupInName(file: string): string | null {
  return /(v_[^/]*_g\d+)_c\d+\.\w+$/i.exec(file)?.[1] ?? null;
}

/** Videos without a group get the one that their names tell, unless given splits part it. */
function groupsInNames(videos: readonly OwnVideo[]): readonly OwnVideo[] {
  const told = videos.map(({ path: file, group }) => (group === null ? groupInName(file) : null));
  const splits = new Map<string, Set<SplitName | null>>();
  for (const [at, group] of told.entries()) {
    if (group !== null) splits.set(group, (splits.get(group) ?? new Set()).add(videos[at]!.split));
  }
  return videos.map((video, at) => {
    const group = told[at] ?? null;
    return group !== null && splits.get(group)!.size === 1 ? { ...video, group } : video;
  });
}
