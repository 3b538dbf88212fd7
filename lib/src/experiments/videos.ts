/** The videos of a run as batches: tokens from the feature cache where the visual tower is frozen, else decoded pixels. */
import { existsSync } from "node:fs";
import path from "node:path";
import type { AugmentSpec } from "../data/augment/spec.js";
import { loadClip } from "../data/frames/load.js";
import type { SamplingSpec } from "../data/frames/sampling-spec.js";
import { videoTransform } from "../data/frames/transforms.js";
import type { Sample } from "../data/types.js";
import { messageOf, UserError } from "../errors.js";
import type { Tower } from "../features/encode.js";
import { extractFeatures } from "../features/extract.js";
import { Memory } from "../features/memory.js";
import { disposeTokens, stackTokens } from "../features/tokens.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { tf } from "../nn/array.js";
import { fileHash } from "../weights/file-hash.js";
import { isPixels, type VideoBatch } from "./learner.js";

/** Readable videos of a split, in manifest order, and those that were not. */
export interface VideoSource {
  readonly samples: readonly Sample[];
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** The samples at these places of `samples`, as they are scored. */
  batch(places: readonly number[]): Promise<VideoBatch>;
  /** Where videos are trained on otherwise than they are scored: drawn, varied or mixed. */
  readonly training?: TrainingClips;
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

function labelsOf(samples: readonly Sample[], places: readonly number[]) {
  return tf.tensor1d(
    places.map((place) => samples[place]!.label),
    "int32",
  );
}

/** Videos as tokens of a frozen tower: every video is decoded and encoded once, now, or read from the cache. */
export async function featureSource(
  tower: Tower,
  config: RecognizerConfig,
  root: string,
  samples: readonly Sample[],
  options: SourceOptions,
): Promise<VideoSource> {
  const tokens = config.vghif?.select === "all" ? "all" : "cls+patch";
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

/** Decoded clips that a process keeps, by content and sampling; others are decoded whenever a batch asks for them. */
const clips = new Memory<Float32Array>(256e6, ({ byteLength }) => byteLength);

/**
 * Videos as pixels; unreadable ones are found and left out beforehand.
 *
 * @param training how clips are drawn for training; undefined: as they are scored, batch by batch
 */
export async function pixelSource(
  config: RecognizerConfig,
  root: string,
  samples: readonly Sample[],
  options: SourceOptions,
  training?: TrainingDraws,
): Promise<VideoSource> {
  const size = config.backbone.config.imageResolution;
  const { frames, signal } = options;
  const clip = frames * 3 * size * size;
  const transform = videoTransform(size);
  const load = async (sample: Sample): Promise<Float32Array> => {
    signal?.throwIfAborted();
    const file = path.join(root, sample.path);
    const key = existsSync(file) ? `${await fileHash(file)} ${frames} ${JSON.stringify(transform)}` : null;
    const kept = key === null ? undefined : clips.get(key);
    if (kept) return kept;
    const { pixels } = await loadClip(file, { frames, transform });
    if (key !== null) clips.set(key, pixels);
    return pixels;
  };
  const readable: Sample[] = [];
  const skipped: { path: string; reason: string }[] = [];
  for (const [at, sample] of samples.entries()) {
    try {
      await load(sample);
      readable.push(sample);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      skipped.push({ path: sample.path, reason: messageOf(error) });
    }
    options.onProgress?.(at + 1, samples.length);
  }
  const drawn = async (sample: Sample, epoch: number): Promise<Float32Array> => {
    if (!training?.sampling && !training?.augment) return load(sample);
    signal?.throwIfAborted();
    const draw = `${sample.path}#${epoch}`;
    const { pixels } = await loadClip(path.join(root, sample.path), { frames, transform, ...training, draw });
    return pixels;
  };
  return {
    samples: readable,
    skipped,
    batch: async (places) => {
      const pixels = new Float32Array(places.length * clip);
      for (const [row, place] of places.entries()) pixels.set(await load(readable[place]!), row * clip);
      return {
        video: tf.tensor(pixels, [places.length, frames, 3, size, size]),
        labels: labelsOf(readable, places),
      };
    },
    ...(training
      ? {
          training: {
            shape: [frames, 3, size, size],
            clips: async (places, epoch) => {
              const clips: Float32Array[] = [];
              for (const place of places) clips.push(await drawn(readable[place]!, epoch));
              return clips;
            },
          },
        }
      : {}),
  };
}

export function disposeBatch({ video, labels }: VideoBatch): void {
  if (isPixels(video)) video.dispose();
  else disposeTokens(video);
  labels.dispose();
}
