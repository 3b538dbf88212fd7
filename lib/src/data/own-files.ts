/** The video files of a user's folder, links followed, and what is not one. */
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { isVideoName } from "./video/names.js";

export interface VideoFile {
  /** Relative to the folder, `/` between its parts. */
  readonly path: string;
  readonly bytes: number;
}

export interface Skipped {
  readonly path: string;
  readonly reason: string;
}

export interface FoundFiles {
  /** Sorted by path. */
  readonly videos: readonly VideoFile[];
  /** Video files and folders that cannot be used, and why. */
  readonly skipped: readonly Skipped[];
  /** Files that are no videos by their names. */
  readonly others: readonly string[];
}

/** What a video's name may end in, for messages. */
export const ENDINGS = ".mp4, .avi, .mkv, .webm, .mov, .mpg, .wmv, .flv, .3gp, .ogv, .ts and the like";

/**
 * All video files below a folder, by the endings of their names in any case. Links are followed, but never in a circle; files and
 * folders that begin with a dot are left out. @throws UserError where the folder itself cannot be read
 */
export async function findVideoFiles(folder: string): Promise<FoundFiles> {
  const videos: VideoFile[] = [];
  const skipped: Skipped[] = [];
  const others: string[] = [];

  const visit = async (below: string, entry: Dirent, above: ReadonlySet<string>): Promise<void> => {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (!entry.isDirectory() && !entry.isSymbolicLink() && !isVideoName(name)) {
      others.push(name);
      return;
    }
    try {
      const found = await stat(path.join(folder, name));
      if (found.isDirectory()) await list(name, above);
      else if (!isVideoName(name)) others.push(name);
      else if (!found.isFile()) skipped.push({ path: name, reason: "no ordinary file" });
      else if (found.size === 0) skipped.push({ path: name, reason: "an empty file" });
      else videos.push({ path: name, bytes: found.size });
    } catch (error) {
      skipped.push({ path: name, reason: isMissing(error) ? "a link to nothing" : `unreadable (${messageOf(error)})` });
    }
  };

  const list = async (below: string, above: ReadonlySet<string>): Promise<void> => {
    const real = await realpath(path.join(folder, below));
    if (above.has(real)) {
      skipped.push({ path: below, reason: "a link to a folder that it is in" });
      return;
    }
    const entries = await readdir(real, { withFileTypes: true });
    const inside = new Set([...above, real]);
    await Promise.all(entries.filter(({ name }) => !name.startsWith(".")).map((entry) => visit(below, entry, inside)));
  };

  try {
    await list("", new Set());
  } catch (error) {
    throw new UserError(`cannot read the folder ${folder}: ${messageOf(error)}`);
  }
  const byPath = (a: { readonly path: string }, b: { readonly path: string }): number => (a.path < b.path ? -1 : 1);
  return { videos: videos.sort(byPath), skipped: skipped.sort(byPath), others: others.sort() };
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
