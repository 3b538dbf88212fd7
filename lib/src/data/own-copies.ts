/** Videos that show the same thing: copies byte for byte, and one clip in two file formats. They must not be torn apart. */
import path from "node:path";
import { fileHash } from "../weights/file-hash.js";
import { SPLITS } from "./manifest.js";
import type { Skipped, VideoFile } from "./own-files.js";
import type { OwnVideo } from "./own-scan.js";

export interface WithoutCopies {
  /** Groups joined where their videos have copies of each other; null where a video has neither group nor copy. */
  readonly videos: readonly OwnVideo[];
  readonly skipped: readonly Skipped[];
  /** Videos with the same bytes as another one that stays too. */
  readonly copies: number;
  /** Clips that are there in several file formats. */
  readonly forms: number;
}

/**
 * Finds copies among labelled videos. With the same bytes and different classes none can be right: all are skipped. In given splits
 * that differ, those of the last split (test, then val) stay and the others are skipped. Otherwise they become one group. So do
 * files of one folder whose names differ in their endings alone. Only files of equal size are read.
 *
 * @param sizes bytes by path, of every video at least
 */
export async function joinCopies(
  folder: string,
  videos: readonly OwnVideo[],
  sizes: ReadonlyMap<string, VideoFile["bytes"]>,
): Promise<WithoutCopies> {
  const skipped: Skipped[] = [];
  const left = new Set<string>();
  const joined: (readonly OwnVideo[])[] = [];
  let copies = 0;
  for (const same of await sameBytes(folder, videos, sizes)) {
    const classes = [...new Set(same.map(({ className }) => className))];
    const last = SPLITS.findLast((split) => same.some((video) => video.split === split));
    const stays = (video: OwnVideo): boolean => classes.length === 1 && (last === undefined || video.split === last);
    for (const video of same.filter((candidate) => !stays(candidate))) {
      left.add(video.path);
      const reason =
        classes.length > 1
          ? `the same bytes are there as classes ${classes.map((name) => `"${name}"`).join(" and ")}`
          : `a copy of a video of the ${last} split`;
      skipped.push({ path: video.path, reason });
    }
    const kept = same.filter(stays);
    if (kept.length > 1) joined.push(kept);
    copies += Math.max(0, kept.length - 1);
  }
  const rest = videos.filter((video) => !left.has(video.path));
  const forms = by(rest, (video) => video.path.slice(0, -path.posix.extname(video.path).length));
  const several = [...forms.values()].filter(
    (same) => same.length > 1 && new Set(same.map(({ split }) => split)).size === 1,
  );
  return { videos: regroup(rest, [...joined, ...several]), skipped, copies, forms: several.length };
}

/** Sets of two or more videos with equal bytes, in order of their first paths. */
async function sameBytes(
  folder: string,
  videos: readonly OwnVideo[],
  sizes: ReadonlyMap<string, number>,
): Promise<readonly (readonly OwnVideo[])[]> {
  const found: OwnVideo[][] = [];
  for (const alike of by(videos, ({ path: file }) => String(sizes.get(file))).values()) {
    if (alike.length < 2) continue;
    const hashes = new Map<string, string>();
    for (const { path: file } of alike) hashes.set(file, await fileHash(path.join(folder, file)));
    found.push(...[...by(alike, ({ path: file }) => hashes.get(file)!).values()].filter(({ length }) => length > 1));
  }
  return found.sort(([a], [b]) => (a!.path < b!.path ? -1 : 1));
}

/** The videos with one group for all that are linked, by a group or a set; it has the first group's name, or the first path's. */
function regroup(videos: readonly OwnVideo[], sets: readonly (readonly OwnVideo[])[]): readonly OwnVideo[] {
  const parent = new Map<string, string>();
  const rootOf = (key: string): string => {
    const above = parent.get(key) ?? key;
    return above === key ? key : rootOf(above);
  };
  const keyOf = ({ group, path: file }: OwnVideo): string => (group === null ? `copies of ${file}` : group);
  for (const [first, ...others] of sets) {
    for (const other of others) {
      const [a, b] = [rootOf(keyOf(first!)), rootOf(keyOf(other))];
      if (a !== b) parent.set(b, a);
    }
  }
  const linked = new Set(sets.flat().map(({ path: file }) => file));
  return videos.map((video) => {
    const isIn = video.group !== null || linked.has(video.path);
    return isIn ? { ...video, group: rootOf(keyOf(video)) } : video;
  });
}

function by(videos: readonly OwnVideo[], keyOf: (video: OwnVideo) => string): Map<string, OwnVideo[]> {
  const found = new Map<string, OwnVideo[]>();
  for (const video of videos) {
    const key = keyOf(video);
    const known = found.get(key);
    if (known) known.push(video);
    else found.set(key, [video]);
  }
  return found;
}
