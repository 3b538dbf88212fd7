/** Splits a user's videos into train, val and test: by seed, every class in proportion, groups never torn apart. */
import { random } from "./random.js";
import type { SplitName } from "./types.js";

/** Shares of a class's videos, 0 to 1; train gets the rest. */
export interface SplitShares {
  readonly val: number;
  readonly test: number;
}

export const DEFAULT_SHARES: SplitShares = { val: 0.1, test: 0.3 };

/** What a split needs to know of a video. */
export interface Splittable {
  readonly path: string;
  readonly className: string;
  readonly group: string | null;
}

/**
 * How many videos of a class each split should get. A class of one trains only; a class of two or three tests one;
 * validation starts at five videos.
 */
export function wantedCounts(count: number, shares: SplitShares): Record<SplitName, number> {
  const test = count < 2 || shares.test === 0 ? 0 : Math.max(1, Math.min(count - 1, Math.round(count * shares.test)));
  const val = count < 5 || shares.val === 0 ? 0 : Math.max(1, Math.round(count * shares.val));
  return { train: count - test - Math.min(val, count - test - 1), val: Math.min(val, count - test - 1), test };
}

/**
 * The split of each video, by path. Whole groups are dealt in seeded order, to test and then to val, where they fill
 * more of what is wanted than they exceed it, and never the last of a class's training videos. So a class whose videos
 * are all of one group trains only.
 */
export function splitVideos(
  videos: readonly Splittable[],
  shares: SplitShares,
  seed: number,
): ReadonlyMap<string, SplitName> {
  const groups = new Map<string, Splittable[]>();
  for (const video of [...videos].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const key = video.group === null ? `alone/${video.path}` : `group/${video.group}`;
    groups.set(key, [...(groups.get(key) ?? []), video]);
  }
  const inTrain = countsOf(videos);
  const wanted = new Map([...inTrain].map(([name, count]) => [name, wantedCounts(count, shares)]));
  const splitOf = new Map<string, SplitName>(videos.map((video) => [video.path, "train"]));
  const rng = random(`own-split/${seed}`);
  for (const split of ["test", "val"] as const) {
    const missing = new Map([...wanted].map(([name, counts]) => [name, counts[split]]));
    for (const group of rng.shuffle([...groups.values()])) {
      if (group.some((video) => splitOf.get(video.path) !== "train")) continue;
      let gain = 0;
      let excess = 0;
      let emptiesTraining = false;
      for (const [name, count] of countsOf(group)) {
        const need = missing.get(name) ?? 0;
        gain += Math.min(count, need);
        excess += Math.max(0, count - need);
        if ((inTrain.get(name) ?? 0) - count < 1) emptiesTraining = true;
      }
      if (gain <= excess || emptiesTraining) continue;
      for (const { path, className } of group) {
        splitOf.set(path, split);
        missing.set(className, Math.max(0, (missing.get(className) ?? 0) - 1));
        inTrain.set(className, (inTrain.get(className) ?? 0) - 1);
      }
    }
  }
  return splitOf;
}

/** Videos of each class. */
export function countsOf(videos: readonly Splittable[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { className } of videos) counts.set(className, (counts.get(className) ?? 0) + 1);
  return counts;
}
