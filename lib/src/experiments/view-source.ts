/**
 * The videos of an evaluation view by view: each is read when its turn comes, and let go once its views are taken. Where the
 * visual tower is frozen their features come from the cache, else its pixels from the file.
 */
import { availableParallelism } from "node:os";
import path from "node:path";
import { loadClips } from "../data/frames/load.js";
import { type ViewsSpec, viewCount, viewOptions } from "../data/frames/views.js";
import type { Sample } from "../data/types.js";
import type { VideoFeature } from "../features/cache.js";
import { type Tower, viewOf } from "../features/encode.js";
import { extractFeatures } from "../features/extract.js";
import { stackTokens } from "../features/tokens.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { tf } from "../nn/array.js";
import { inParts } from "../train/batches.js";
import { sha256 } from "../weights/load.js";
import type { VideoBatch } from "./learner.js";

/** One video: its views in the official order, or why it could not be read. */
export type ViewedVideo<View> = { readonly sample: Sample } & (
  | { readonly views: readonly View[] }
  | { readonly error: string }
);

export interface ViewSource<View> {
  /** Views a video. */
  readonly count: number;
  /** In the order of `samples`. */
  read(samples: readonly Sample[], signal?: AbortSignal): AsyncGenerator<ViewedVideo<View>>;
  /** Views as a model takes them; owned by the caller. */
  batch(views: readonly View[]): VideoBatch["video"];
}

export interface ViewSourceOptions {
  readonly frames: number;
  readonly views: ViewsSpec;
  /** Of the random rule. */
  readonly seed: number;
}

/** Videos whose features are in memory together. */
const FEATURES_AT_ONCE = 32;

/** Views as tokens of a frozen tower; a video's views are computed together and cached as one entry. */
export function featureViews(
  tower: Tower,
  config: RecognizerConfig,
  root: string,
  { frames, views, seed }: ViewSourceOptions,
): ViewSource<VideoFeature> {
  const options = viewOptions(views, config.backbone.config.imageResolution, seed);
  const count = viewCount(views);
  const tokens = config.vghif?.select === "all" ? "all" : "cls+patch";
  return {
    count,
    async *read(samples, signal) {
      for (const { part } of inParts(samples, FEATURES_AT_ONCE)) {
        const extract = { frames, tokens, ...options, ...(signal ? { signal } : {}) } as const;
        const { features, skipped } = await extractFeatures(tower, root, part, extract);
        const reasons = new Map(skipped.map(({ path: name, reason }) => [name, reason]));
        for (const sample of part) {
          const feature = features.has(sample.path) ? await features.read(sample.path) : null;
          if (feature) yield { sample, views: Array.from({ length: count }, (_, n) => viewOf(feature, n, count)) };
          else yield { sample, error: reasons.get(sample.path)! };
        }
      }
    },
    batch: (some) => stackTokens(config, some),
  };
}

/** Bytes of decoded videos that wait for their turn. */
const WAITING = 256e6;

/** Views as pixels, for a tower that is trained. */
export function pixelViews(
  config: RecognizerConfig,
  root: string,
  { frames, views, seed }: ViewSourceOptions,
): ViewSource<Float32Array> {
  const size = config.backbone.config.imageResolution;
  const options = viewOptions(views, size, seed);
  const count = viewCount(views);
  const view = frames * 3 * size * size;
  const fit = Math.floor(WAITING / (4 * count * view));
  const concurrency = Math.max(1, Math.min(fit, availableParallelism(), 4));
  return {
    count,
    async *read(samples, signal) {
      for (const { part } of inParts(samples, FEATURES_AT_ONCE)) {
        const draws = views.rule === "random" ? await contentsOf(root, part) : new Map<string, string>();
        const load = { frames, ...options, ahead: concurrency, ...(signal ? { signal } : {}) };
        const drawOf = ({ path: name }: Sample): string => draws.get(name) ?? name;
        for await (const clip of loadClips(root, part, { ...load, drawOf })) {
          const { sample } = clip;
          if ("error" in clip) yield { sample, error: clip.error };
          else
            yield {
              sample,
              views: Array.from({ length: count }, (_, n) => clip.pixels.subarray(n * view, (n + 1) * view)),
            };
        }
      }
    },
    batch(some) {
      const pixels = new Float32Array(some.length * view);
      for (const [row, one] of some.entries()) pixels.set(one, row * view);
      return tf.tensor(pixels, [some.length, frames, 3, size, size]);
    },
  };
}

/** SHA-256 of the videos' content by path: names their draws, as in the feature cache. Those that cannot be read are left out. */
async function contentsOf(root: string, samples: readonly Sample[]): Promise<Map<string, string>> {
  const hashes = new Map<string, string>();
  for (const { path: name } of samples) {
    const hash = await sha256(path.join(root, name)).catch(() => null);
    if (hash !== null) hashes.set(name, hash);
  }
  return hashes;
}
