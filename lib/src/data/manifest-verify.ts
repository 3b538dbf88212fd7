/** Whether a dataset's videos are there, and readable. */
import { statSync } from "node:fs";
import path from "node:path";
import { messageOf } from "../errors.js";
import { SPLITS } from "./manifest.js";
import { datasetRoot } from "./manifest-find.js";
import type { Dataset } from "./types.js";
import { probeVideo } from "./video/decode.js";

export interface VerifyOptions {
  /** Where the videos are; default: the dataset's own root. */
  readonly root?: string;
  /** Decodes every frame of every video; default false: files are only looked for. */
  readonly deep?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface Verification {
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  readonly videos: number;
  /** Paths relative to the root. */
  readonly missing: readonly string[];
  /** Files without a byte. */
  readonly empty: readonly string[];
  /** Files that do not decode (`deep` alone finds them). */
  readonly broken: readonly { readonly path: string; readonly error: string }[];
  /** Frames that decode in all videos; null unless `deep`. */
  readonly frames: number | null;
}

/** Videos decoded at a time; FFmpeg does the work on threads of its own. */
const AT_A_TIME = 2;

/** Looks for every video of every split. Bad videos are listed, not thrown. */
export async function verifyDataset(dataset: Dataset, options: VerifyOptions = {}): Promise<Verification> {
  const { deep = false, onProgress, signal } = options;
  const root = path.resolve(options.root ?? datasetRoot(dataset));
  const paths = SPLITS.flatMap((split) => dataset.splits[split]?.map((sample) => sample.path) ?? []);
  const missing: string[] = [];
  const empty: string[] = [];
  const present: string[] = [];
  for (const video of paths) {
    const found = statSync(path.join(root, video), { throwIfNoEntry: false });
    if (found?.isFile() !== true) missing.push(video);
    else if (found.size === 0) empty.push(video);
    else present.push(video);
  }
  const broken: { path: string; error: string }[] = [];
  let frames = 0;
  if (deep) {
    let next = 0;
    let done = paths.length - present.length;
    const decodeOnwards = async (): Promise<void> => {
      for (let at = next++; at < present.length; at = next++) {
        signal?.throwIfAborted();
        const video = present[at] as string;
        try {
          const info = await probeVideo(path.join(root, video), signal);
          frames += info.frames;
        } catch (error) {
          signal?.throwIfAborted();
          broken.push({ path: video, error: messageOf(error) });
        }
        onProgress?.(++done, paths.length);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, decodeOnwards));
  }
  broken.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { name: dataset.name, root, videos: paths.length, missing, empty, broken, frames: deep ? frames : null };
}
