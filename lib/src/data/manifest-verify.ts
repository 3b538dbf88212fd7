/** Whether a dataset's videos are there, what they were when they were indexed, and readable. */
import { realpathSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { SPLITS } from "./manifest.js";
import { datasetRoot } from "./manifest-find.js";
import { sourceAt } from "./prepare/found.js";
import type { VideoIndex } from "./prepare/index-file.js";
import { videoIndex } from "./prepare/locate.js";
import { probeAll } from "./prepare/probe-pool.js";
import { presenceOf } from "./prepare/verify-sources.js";
import type { Dataset } from "./types.js";
import type { VideoSource } from "./video/source.js";

export interface VerifyOptions {
  /** Where the videos are; default: where the index says, else the dataset's own root. */
  readonly root?: string;
  /** Decodes every frame of every video; default false: files are only looked for. */
  readonly deep?: boolean;
  /** Worker processes that decode. Default: the number of cores, at most 8. */
  readonly jobs?: number;
  /** Videos decoded, of all; called where `deep` alone. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** A video's path in the lists, and what is wrong with it. */
export interface Fault {
  readonly path: string;
  readonly error: string;
}

export interface Verification {
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  /** Whether files were found through the index; else below the root by their paths. */
  readonly indexed: boolean;
  readonly videos: number;
  /** Paths in the lists. */
  readonly missing: readonly string[];
  /** Files without a byte. */
  readonly empty: readonly string[];
  /** Files of another size, time or (`deep`) content than when they were indexed; `prepare` brings the index up to date. */
  readonly changed: readonly string[];
  /** Files that do not decode (`deep` alone finds them). */
  readonly broken: readonly Fault[];
  /** Files of which a part does not decode (`deep` alone finds them). */
  readonly damaged: readonly Fault[];
  /** Frames that decode in all videos; null unless `deep`. */
  readonly frames: number | null;
}

/**
 * Looks for every video of every split, each path once. Bad videos are listed, not thrown.
 * @throws UserError for a root that is no folder, a damaged index, and the signal's reason on abort
 */
export async function verifyDataset(dataset: Dataset, options: VerifyOptions = {}): Promise<Verification> {
  const { deep = false, onProgress, signal } = options;
  if (options.root !== undefined && statSync(options.root, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new UserError(`${path.resolve(options.root)} is no folder: give the folder that the videos are in`);
  }
  const index = indexFor(dataset, options.root);
  const root = index?.root ?? path.resolve(options.root ?? datasetRoot(dataset));
  const paths = [...new Set(SPLITS.flatMap((split) => dataset.splits[split]?.map((sample) => sample.path) ?? []))];
  const lists = { missing: [] as string[], empty: [] as string[], changed: [] as string[] };
  const present: { video: string; source: VideoSource }[] = [];
  for (const video of paths) {
    const entry = index?.entries.get(video);
    const source = index && entry ? sourceAt(index.root, entry.source, entry.bytes) : path.join(root, video);
    const presence = presenceOf(source, entry);
    if (presence !== "there") lists[presence].push(video);
    if (presence === "there" || presence === "changed") present.push({ video, source });
  }
  const broken: Fault[] = [];
  const damaged: Fault[] = [];
  let frames = 0;
  if (deep) {
    const changed = new Set(lists.changed);
    let done = paths.length - present.length;
    await probeAll(
      present,
      ({ source }) => ({ source, deep, hash: null }),
      ({ video }, facts) => {
        frames += facts.frames ?? 0;
        if (facts.error !== null) broken.push({ path: video, error: facts.error });
        if (facts.damage !== null) damaged.push({ path: video, error: facts.damage });
        const before = index?.entries.get(video)?.hash ?? null;
        if (before !== null && facts.hash !== null && before !== facts.hash) changed.add(video);
        onProgress?.(++done, paths.length);
      },
      { ...(options.jobs === undefined ? {} : { jobs: options.jobs }), ...(signal ? { signal } : {}) },
    );
    lists.changed = paths.filter((video) => changed.has(video));
  }
  const byPath = (a: Fault, b: Fault): number => (a.path < b.path ? -1 : 1);
  return {
    name: dataset.name,
    root,
    indexed: index !== null,
    videos: paths.length,
    ...lists,
    broken: broken.sort(byPath),
    damaged: damaged.sort(byPath),
    frames: deep ? frames : null,
  };
}

/** The dataset's index, unless another folder is asked for. */
function indexFor(dataset: Dataset, root: string | undefined): VideoIndex | null {
  const index = videoIndex(dataset);
  if (index === null || root === undefined) return index;
  try {
    return realpathSync(index.root) === realpathSync(root) ? index : null;
  } catch {
    return null;
  }
}

/** Whether anything is wrong. */
export function isFlawless({ missing, empty, changed, broken, damaged }: Verification): boolean {
  return [missing, empty, changed, broken, damaged].every((list) => list.length === 0);
}
