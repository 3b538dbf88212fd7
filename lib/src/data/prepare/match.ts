/** Which of the videos found belongs to which sample of the lists, whatever the layout and the spelling. */
import path from "node:path";
import type { SplitName } from "../types.js";
import { type FoundVideo, kindOf } from "./found.js";
import { classKey, clipKey, foldersOf, splitOf, stemOf } from "./names.js";

/** A sample of one or more lists. */
export interface Wanted {
  /** Its path in the lists. */
  readonly path: string;
  readonly className: string;
  /** The splits that it is in: one, but for lists of several official splits. */
  readonly splits: ReadonlySet<SplitName>;
}

export interface Unmatched {
  readonly video: FoundVideo;
  /** Why it belongs to no sample, where that is not plain. */
  readonly reason: string;
}

export interface Match {
  /** By the sample's path. */
  readonly videos: ReadonlyMap<string, FoundVideo>;
  /** In the order found. */
  readonly extra: readonly Unmatched[];
}

interface Keyed extends Wanted {
  readonly classKey: string;
}

interface Matching {
  /** The sample that a video is matched to. */
  readonly taken: ReadonlyMap<FoundVideo, string>;
  readonly take: (sample: Wanted, video: FoundVideo) => void;
  /** Why a video was not taken. */
  readonly reasons: Map<FoundVideo, string>;
}

/**
 * Matches by the exact path; else by the file's name without its ending (Kinetics: by id and times, or by the id alone where it is
 * unique), together with the folder of the class and of the split where there are such. A video in the folder of another class never
 * matches; nor does one that fits two samples equally well.
 */
export function matchVideos(
  wanted: readonly Wanted[],
  found: readonly FoundVideo[],
  classes: readonly string[],
): Match {
  const videos = new Map<string, FoundVideo>();
  const byPath = new Map(found.map((video) => [video.path.normalize("NFC"), video]));
  const taken = new Map<FoundVideo, string>();
  const take = (sample: Wanted, video: FoundVideo): void => {
    videos.set(sample.path, video);
    taken.set(video, sample.path);
  };
  for (const sample of wanted) {
    const video = byPath.get(sample.path.normalize("NFC"));
    if (video) take(sample, video);
  }
  const reasons = new Map<FoundVideo, string>();
  if (videos.size < wanted.length) matchByName(wanted, found, classes, { taken, take, reasons });
  return { videos, extra: extraOf(wanted, found, taken, reasons) };
}

/** All samples and the videos left of one name. */
interface Namesakes {
  readonly samples: Keyed[];
  readonly videos: FoundVideo[];
}

function matchByName(
  wanted: readonly Wanted[],
  found: readonly FoundVideo[],
  classes: readonly string[],
  { taken, take, reasons }: Matching,
): void {
  // Files may tell classes by other names than the prompts do: the folders of the lists' own paths count too.
  const folders = wanted.map((sample) => foldersOf(sample.path).at(-1) ?? "").filter((name) => splitOf(name) === null);
  const known = new Set([...classes, ...folders].map(classKey));
  known.delete("");
  const keysOf = keysFor(wanted, found);
  const groups = new Map<string, Namesakes>();
  for (const sample of wanted) {
    const folder = classKey(foldersOf(sample.path).at(-1) ?? "");
    const keyed = { ...sample, classKey: known.has(folder) ? folder : classKey(sample.className) };
    for (const key of keysOf(sample.path, true)) {
      const group = groups.get(key) ?? { samples: [], videos: [] };
      group.samples.push(keyed);
      groups.set(key, group);
    }
  }
  for (const video of found) {
    if (taken.has(video)) continue;
    for (const key of keysOf(video.path, false)) groups.get(key)?.videos.push(video);
  }
  const done = new Set(taken.values());
  for (const { samples, videos } of groups.values()) {
    const open = videos.filter((video) => !taken.has(video));
    if (open.length === 0) continue;
    for (const [sample, video] of pairs(samples, open, known, done, reasons)) {
      done.add(sample.path);
      take(sample, video);
    }
  }
}

/** How names are compared: Kinetics' by id and times, others' without regard to case unless two samples differ in case alone. */
function keysFor(
  wanted: readonly Wanted[],
  found: readonly FoundVideo[],
): (videoPath: string, isSample: boolean) => readonly string[] {
  const isClips = wanted.every((sample) => clipKey(stemOf(sample.path)) !== null);
  if (!isClips) {
    const stems = new Set(wanted.map((sample) => stemOf(sample.path)));
    const folded = new Set([...stems].map((stem) => stem.toLowerCase()));
    return (videoPath) => [folded.size === stems.size ? stemOf(videoPath).toLowerCase() : stemOf(videoPath)];
  }
  const clipsOf = new Map<string, number>();
  const bare = new Set<string>();
  for (const sample of wanted) {
    const { id, clip } = clipKey(stemOf(sample.path))!;
    clipsOf.set(id, (clipsOf.get(id) ?? 0) + 1);
    if (clip === null) bare.add(id);
  }
  // Ids that either side has without times; few, and most often none.
  const alone = new Set(bare);
  for (const video of found) {
    const name = clipKey(stemOf(video.path));
    if (name?.clip === null) alone.add(name.id);
  }
  return (videoPath, isSample) => {
    const name = clipKey(stemOf(videoPath));
    if (name === null) return [];
    const { id, clip } = name;
    // Times that differ are another clip; where one side has none, the id is enough if it is the only one.
    const mayById = isSample ? alone.has(id) : clip === null || bare.has(id);
    const byId = mayById && clipsOf.get(id) === 1 ? [`id ${id}`] : [];
    return clip === null ? byId : [`clip ${clip}`, ...byId];
  };
}

/** Pairs of namesakes: best first, each sample and each video once, samples in `done` not again. */
function pairs(
  samples: readonly Keyed[],
  videos: readonly FoundVideo[],
  classKeys: ReadonlySet<string>,
  done: ReadonlySet<string>,
  reasons: Map<FoundVideo, string>,
): (readonly [Keyed, FoundVideo])[] {
  const scored: { sample: Keyed; video: FoundVideo; score: number }[] = [];
  for (const sample of samples) {
    for (const video of videos) {
      const score = agreement(sample, video, classKeys);
      if (score !== null) scored.push({ sample, video, score });
      else reasons.set(video, `in the folder of another class than "${sample.className}", which the lists say`);
    }
  }
  scored.sort((a, b) => b.score - a.score || preference(a.sample, a.video, b.video));
  const chosen: (readonly [Keyed, FoundVideo])[] = [];
  const used = new Set<unknown>();
  for (const { sample, video, score } of scored) {
    if (used.has(sample) || used.has(video) || done.has(sample.path)) continue;
    const rival = scored.find((other) => other.video === video && other.sample !== sample && other.score >= score);
    if (rival) {
      reasons.set(video, `fits "${sample.path}" and "${rival.sample.path}" equally well`);
      continue;
    }
    used.add(sample).add(video);
    chosen.push([sample, video]);
  }
  return chosen;
}

/** How well a video's folders fit a sample; null where they speak of another class. */
function agreement(sample: Keyed, video: FoundVideo, classKeys: ReadonlySet<string>): number | null {
  const folders = foldersOf(video.path);
  const inClass = folders.findLast((folder) => classKeys.has(classKey(folder)));
  if (inClass !== undefined && classKey(inClass) !== sample.classKey) return null;
  // A class may be called "training dog".
  const split = folders.filter((folder) => !classKeys.has(classKey(folder))).map(splitOf);
  const spoken = split.findLast((name) => name !== null) ?? null;
  const splitFits = spoken === null ? 0 : sample.splits.has(spoken) ? 2 : -1;
  return (inClass === undefined ? 0 : 4) + splitFits;
}

const KINDS = { file: 0, tar: 1, frames: 2 } as const;

/** Of two videos that fit equally well: the ending that the lists have, a file before an archive before frames, by path. */
function preference(sample: Keyed, a: FoundVideo, b: FoundVideo): number {
  const ending = (video: FoundVideo): number =>
    path.posix.extname(video.path).toLowerCase() === path.posix.extname(sample.path).toLowerCase() ? 0 : 1;
  const kind = (video: FoundVideo): number => KINDS[kindOf(video.source)];
  return ending(a) - ending(b) || kind(a) - kind(b) || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
}

function extraOf(
  wanted: readonly Wanted[],
  found: readonly FoundVideo[],
  taken: ReadonlyMap<FoundVideo, string>,
  reasons: ReadonlyMap<FoundVideo, string>,
): Unmatched[] {
  const keysOf = keysFor(wanted, found);
  const sampleOf = new Map<string, string>();
  for (const [video, sample] of taken) for (const key of keysOf(video.path, false)) sampleOf.set(key, sample);
  return found
    .filter((video) => !taken.has(video))
    .map((video) => {
      const twin = keysOf(video.path, false)
        .map((key) => sampleOf.get(key))
        .find((one) => one !== undefined);
      const reason = reasons.get(video) ?? (twin === undefined ? "in no list" : `a second file for "${twin}"`);
      return { video, reason };
    });
}
