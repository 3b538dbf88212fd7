/** What is the same about two spellings of a video's place: of the file's name, of class folders, of split folders. */
import type { SplitName } from "../types.js";
import { withoutVideoEnding } from "../video/names.js";

/** Names of split folders, and of what a tar shard's name begins with. */
const SPLIT_FOLDERS: readonly (readonly [SplitName, RegExp])[] = [
  ["train", /^(train|training|trn)([^a-z]|$)/i],
  ["val", /^(val|valid|validate|validation)([^a-z]|$)/i],
  ["test", /^(test|testing|tst)([^a-z]|$)/i],
];

/** A Kinetics clip, "<youtube id>_<start>_<end>" in seconds however padded, or an id alone. */
const CLIP = /^([\w-]{11})(?:_(\d+)(?:\.\d+)?_(\d+)(?:\.\d+)?)?$/;

/** The split that a folder's, or an archive's, name speaks of; null where it speaks of none. */
export function splitOf(folder: string): SplitName | null {
  return SPLIT_FOLDERS.find(([, name]) => name.test(folder))?.[0] ?? null;
}

/** A class name's letters and digits in small letters: the same for "Brush Hair", "brush_hair" and "BrushHair". */
export function classKey(name: string): string {
  return name
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}

/** The last part of a video's path without a video's ending, in one Unicode form. */
export function stemOf(videoPath: string): string {
  return withoutVideoEnding(videoPath.slice(videoPath.lastIndexOf("/") + 1)).normalize("NFC");
}

/** The folders that a video's path goes through, outermost first. */
export function foldersOf(videoPath: string): string[] {
  return videoPath.split("/").slice(0, -1);
}

/** Id and times of a Kinetics clip, or null: `clip` is null for an id alone. Ids may hold and begin with "-" and "_". */
export function clipKey(stem: string): { readonly id: string; readonly clip: string | null } | null {
  const match = CLIP.exec(stem);
  if (!match) return null;
  const [, id = "", start, end] = match;
  return { id, clip: start === undefined ? null : `${id}_${Number(start)}_${Number(end)}` };
}
