/**
 * The videos of an evaluation view by view: each is read when its turn comes, and let go once its views are taken. Where the
 * visual tower is frozen its features come from the feature store, else its pixels from the file.
 */
import type { Clip } from "../data/frames/load.js";
import { type ViewsSpec, viewCount, viewOptions } from "../data/frames/views.js";
import { loadClips } from "../data/loader/load-clips.js";
import type { Sample } from "../data/types.js";
import { sourceIn, type VideoRoot } from "../data/video/source.js";
import type { VideoFeature } from "../features/cache.js";
import { contentOf } from "../features/content.js";
import { keptTokens, type Tower, viewOf } from "../features/encode.js";
import { extractFeatures } from "../features/extract.js";
import { lentTensor } from "../features/lent-arrays.js";
import { stackTokens } from "../features/tokens.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { VideoBatch } from "./learner.js";

/** One video: its views in the official order, or why it could not be read. */
export type ViewedVideo<View> = { readonly sample: Sample } & (
  | { readonly views: readonly View[] }
  | { readonly error: string }
);

export interface ViewSource<View> {
  /** Views a video. */
  readonly count: number;
  /** In the order of `samples`. `onFeatures`: how far a frozen tower is, before the first video comes. */
  read(
    samples: readonly Sample[],
    signal: AbortSignal | undefined,
    onFeatures: (done: number, total: number) => void,
  ): AsyncGenerator<ViewedVideo<View>>;
  /** Views as a model takes them; owned by the caller. */
  batch(views: readonly View[]): VideoBatch["video"];
}

export interface ViewSourceOptions {
  readonly frames: number;
  readonly views: ViewsSpec;
  /** Of the random rule. */
  readonly seed: number;
}

/** Views as tokens of a frozen tower; a video's views are computed together and cached as one entry. */
export function featureViews(
  tower: Tower,
  config: RecognizerConfig,
  root: VideoRoot,
  { frames, views, seed }: ViewSourceOptions,
): ViewSource<VideoFeature> {
  const options = viewOptions(views, config.backbone.config.imageResolution, seed);
  const count = viewCount(views);
  const tokens = keptTokens(config);
  return {
    count,
    async *read(samples, signal, onFeatures) {
      const extract = { frames, tokens, ...options, ...(signal ? { signal } : {}) } as const;
      const { features, skipped } = await extractFeatures(tower, root, samples, { ...extract, onProgress: onFeatures });
      const reasons = new Map(skipped.map(({ path: name, reason }) => [name, reason]));
      for (const sample of samples) {
        const feature = features.has(sample.path) ? await features.read(sample.path) : null;
        if (feature) yield { sample, views: Array.from({ length: count }, (_, n) => viewOf(feature, n, count)) };
        else yield { sample, error: reasons.get(sample.path)! };
      }
    },
    batch: (some) => stackTokens(config, some),
  };
}

/** Views as pixels, for a tower that is trained. */
export function pixelViews(
  config: RecognizerConfig,
  root: VideoRoot,
  { frames, views, seed }: ViewSourceOptions,
): ViewSource<Float32Array> {
  const size = config.backbone.config.imageResolution;
  const count = viewCount(views);
  const view = frames * 3 * size * size;
  const viewsOf = ({ pixels }: Clip): Float32Array[] =>
    Array.from({ length: count }, (_, n) => pixels.subarray(n * view, (n + 1) * view));
  return {
    count,
    async *read(samples, signal) {
      // A random draw is named by the video's content, as in the feature cache. One that cannot be read fails when it is loaded.
      const drawOf = async (sample: Sample): Promise<string> => {
        const content = await contentOf(sourceIn(root, sample.path)).catch(() => null);
        return content?.hash ?? "";
      };
      const load = { frames, ...viewOptions(views, size, seed), ...(signal ? { signal } : {}) };
      for await (const clip of loadClips(root, samples, views.rule === "random" ? { ...load, drawOf } : load)) {
        const { sample } = clip;
        yield "error" in clip ? { sample, error: clip.error } : { sample, views: viewsOf(clip) };
      }
    },
    batch: (some) =>
      lentTensor([some.length, frames, 3, size, size], (pixels) => {
        for (const [row, one] of some.entries()) pixels.set(one, row * view);
      }),
  };
}
