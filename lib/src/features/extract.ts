/** Runs a frozen visual tower over videos, once each: decode, sample, transform, encode, cache. */
import path from "node:path";
import { loadClips } from "../data/frames/load.js";
import { type TransformSpec, videoTransform } from "../data/frames/transforms.js";
import type { Sample } from "../data/types.js";
import { startEngine } from "../engine/index.js";
import { messageOf } from "../errors.js";
import { classTokens, visualTower } from "../models/clip.js";
import type { ClipConfig } from "../models/clip-config.js";
import { selectTokens } from "../models/vghif.js";
import { type Params, type Tensor, tf, tidy } from "../nn/array.js";
import { toHost } from "../weights/load.js";
import type { HostTensor } from "../weights/safetensors.js";
import { FeatureCache, type VideoFeature } from "./cache.js";

/** A loaded visual tower and what identifies it. */
export interface Tower {
  readonly clip: ClipConfig;
  readonly params: Params;
  /** SHA-256 of the weights file. */
  readonly hash: string;
}

export interface ExtractOptions {
  /** Frames a video. */
  readonly frames: number;
  /** Default: the official single-view test transform at the tower's resolution. */
  readonly transform?: TransformSpec;
  /** Default "cls+patch". "all" keeps every token of every frame: much larger. */
  readonly tokens?: "cls+patch" | "all";
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
  const transform = options.transform ?? videoTransform(tower.clip.imageResolution);
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

/** pixels [T, 3, S, S], normalised -> the clip's features. */
export async function encodeClip(
  { clip, params }: Tower,
  pixels: Float32Array,
  frames: number,
  tokens: "cls+patch" | "all",
): Promise<VideoFeature> {
  const size = clip.imageResolution;
  const named = tidy(() => {
    const blocks = visualTower(params, clip, tf.tensor(pixels, [frames, 3, size, size]));
    const out: Record<string, Tensor> = { cls: classTokens(blocks.at(-1)!) };
    for (const [block, value] of blocks.entries()) {
      const video = tf.expandDims(value, 0); // [1, T, 1+N, D]
      for (const part of tokens === "all" ? (["all"] as const) : (["cls", "patch"] as const)) {
        out[`level.${block + 1}.${part}`] = tf.squeeze(selectTokens(video, part), [0]);
      }
    }
    return out;
  });
  const feature = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(named)) feature.set(name, await toHost(tensor));
  tf.dispose(named);
  return feature;
}
