/** The videos of a run as batches: tokens from the feature cache where the visual tower is frozen, else decoded pixels (pixel-source.ts). */
import type { AugmentSpec } from "../data/augment/spec.js";
import type { SamplingSpec } from "../data/frames/sampling-spec.js";
import type { Sample } from "../data/types.js";
import type { VideoRoot } from "../data/video/source.js";
import { keptTokens, type Tower } from "../features/encode.js";
import { extractFeatures } from "../features/extract.js";
import { disposeLent } from "../features/lent-arrays.js";
import { disposeTokens, stackTokens } from "../features/tokens.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { tf } from "../nn/array.js";
import { isPixels, type VideoBatch } from "./learner.js";

/** Readable videos of a split, in manifest order, and those that were not. */
export interface VideoSource {
  readonly samples: readonly Sample[];
  /** Of those whose turn comes later, what is known so far. */
  readonly skipped: readonly SkippedVideo[];
  /** The samples at these places of `samples`, as they are scored. */
  batch(places: readonly number[]): Promise<VideoBatch>;
  /** Where videos are trained on otherwise than they are scored: drawn, varied or mixed. */
  readonly training?: TrainingClips;
  /** Hears what is trained on next, the next first, so that it is loaded while a step computes. */
  upcoming?(wanted: readonly Upcoming[]): void;
  /** Ends what loads. */
  close?(): Promise<void>;
}

/** A video that could not be read; in training, with the one that took its place. */
export interface SkippedVideo {
  readonly path: string;
  readonly reason: string;
  readonly replacedBy?: string;
}

/** A training video and the epoch, 0-based, in which it is wanted. */
export interface Upcoming {
  readonly place: number;
  readonly epoch: number;
}

/** Pixels of training videos, drawn anew every epoch. */
export interface TrainingClips {
  /** Of a clip: T, 3, S, S. */
  readonly shape: readonly [number, number, number, number];
  /** Clips of the samples at these places; the same in every call for an epoch. */
  clips(places: readonly number[], epoch: number): Promise<Float32Array[]>;
}

export interface SourceOptions {
  readonly frames: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** What chance does to training clips. Of neither: nothing, they are loaded as they are scored. */
export interface TrainingDraws {
  readonly sampling?: SamplingSpec;
  readonly augment?: AugmentSpec;
}

export function labelsOf(samples: readonly Sample[], places: readonly number[]) {
  return tf.tensor1d(
    places.map((place) => samples[place]!.label),
    "int32",
  );
}

/** Videos as tokens of a frozen tower: every video is decoded and encoded once, now, or read from the cache. */
export async function featureSource(
  tower: Tower,
  config: RecognizerConfig,
  root: VideoRoot,
  samples: readonly Sample[],
  options: SourceOptions,
): Promise<VideoSource> {
  const tokens = keptTokens(config);
  const { features, skipped } = await extractFeatures(tower, root, samples, { ...options, tokens });
  const readable = samples.filter((sample) => features.has(sample.path));
  return {
    samples: readable,
    skipped,
    batch: async (places) => ({
      video: stackTokens(config, await Promise.all(places.map((place) => features.read(readable[place]!.path)))),
      labels: labelsOf(readable, places),
    }),
  };
}

export function disposeBatch({ video, labels }: VideoBatch): void {
  disposeVideo(video);
  labels.dispose();
}

export function disposeVideo(video: VideoBatch["video"]): void {
  if (isPixels(video)) disposeLent(video);
  else disposeTokens(video);
}
