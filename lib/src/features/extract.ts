/** Runs a frozen visual tower over videos, once each: decode, sample, transform, encode, cache. */
import path from "node:path";
import { loadClips } from "../data/frames/load.js";
import { type TransformSpec, videoTransform } from "../data/frames/transforms.js";
import type { Sample } from "../data/types.js";
import { startEngine } from "../engine/index.js";
import { messageOf } from "../errors.js";
import { FeatureCache, type VideoFeature } from "./cache.js";
import { encodeClip, type KeptTokens, type Tower } from "./encode.js";

export interface ExtractOptions {
  /** Frames a video. */
  readonly frames: number;
  /** Default: the official single-view test transform at the tower's resolution. */
  readonly transform?: TransformSpec;
  /** Default "cls+patch". "all" keeps every token of every frame: much larger. */
  readonly tokens?: KeptTokens;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Extracted {
  /** By sample path. */
  readonly features: ReadonlyMap<string, VideoFeature>;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

/** The features of every readable sample below `root`, from the cache or computed. Unreadable ones are listed. */
export async function extractFeatures(
  tower: Tower,
  root: string,
  samples: readonly Sample[],
  options: ExtractOptions,
): Promise<Extracted> {
  const transform = options.transform ?? videoTransform(tower.backbone.config.imageResolution);
  const tokens = options.tokens ?? "cls+patch";
  const { backend } = await startEngine();
  const { frames } = options;
  const cache = new FeatureCache({
    weights: tower.hash,
    frames,
    transform: JSON.stringify(transform),
    backend,
    tokens,
  });
  const features = new Map<string, VideoFeature>();
  const skipped: { path: string; reason: string }[] = [];
  const missing: { sample: Sample; file: string }[] = [];
  const progress = (): void => options.onProgress?.(features.size + skipped.length, samples.length);
  for (const sample of samples) {
    options.signal?.throwIfAborted();
    try {
      const file = await cache.fileOf(path.join(root, sample.path));
      const feature = await cache.read(file);
      if (feature) features.set(sample.path, feature);
      else missing.push({ sample, file });
    } catch (error) {
      skipped.push({ path: sample.path, reason: messageOf(error) });
    }
    if (missing.length === 0) progress();
  }
  const clips = loadClips(
    root,
    missing.map(({ sample }) => sample),
    { frames, transform, ...(options.signal ? { signal: options.signal } : {}) },
  );
  let at = 0;
  for await (const clip of clips) {
    const { sample, file } = missing[at++]!;
    if ("error" in clip) {
      skipped.push({ path: sample.path, reason: clip.error });
    } else {
      const feature = await encodeClip(tower, clip.pixels, frames, tokens);
      await cache.write(file, feature);
      features.set(sample.path, feature);
    }
    progress();
  }
  return { features, skipped };
}
