/**
 * Videos as a recogniser sees them among its classes: the cosine of each video's embedding with each class's text embedding,
 * less the video's mean, which decides nothing (the softmax does not see it).
 *
 * Why this space: VgHIF with the default guide changes the class texts for every video (U), not the video's own embedding, so
 * a map of video embeddings alone could not show it. Cosines with all classes hold what either model makes of a video and its
 * texts together, have the same axes (the classes) for both models, do not depend on the learned logit scale, and use no label.
 */
import type { Sample } from "../data/types.js";
import type { VideoRoot } from "../data/video/source.js";
import type { VideoFeature } from "../features/cache.js";
import { keptTokens } from "../features/encode.js";
import { extractFeatures } from "../features/extract.js";
import { disposeTexts, frozenTexts } from "../features/text.js";
import { disposeTokens, stackTokens } from "../features/tokens.js";
import { recognize, type TextTokens } from "../models/recognizer.js";
import { param, tf } from "../nn/array.js";
import type { Recognizer } from "./recognizer.js";

export interface EmbeddedVideos {
  /** Videos that could be read, in the samples' order. */
  readonly samples: readonly Sample[];
  /** [n][K]: centred cosines with each class. */
  readonly vectors: readonly (readonly number[])[];
}

export interface EmbedOptions {
  /** Frames a video. */
  readonly frames: number;
  /** Prompt around a class name. */
  readonly template: string;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** Videos whose features are in memory at a time. */
const BATCH = 16;

/** Embeds the samples below `root`; features come from the cache where they are. Unreadable videos are left out. */
export async function embedVideos(
  recognizer: Recognizer,
  root: VideoRoot,
  samples: readonly Sample[],
  classes: readonly string[],
  { frames, template, signal, onProgress }: EmbedOptions,
): Promise<EmbeddedVideos> {
  const tokens = keptTokens(recognizer.config);
  const texts = await frozenTexts(recognizer, classes, template);
  const readable: Sample[] = [];
  const vectors: (readonly number[])[] = [];
  try {
    for (let from = 0; from < samples.length; from += BATCH) {
      const some = samples.slice(from, from + BATCH);
      const { features } = await extractFeatures(recognizer, root, some, {
        frames,
        tokens,
        ...(signal ? { signal } : {}),
      });
      const here = some.filter(({ path }) => features.has(path));
      if (here.length > 0)
        vectors.push(
          ...(await centredCosines(recognizer, await Promise.all(here.map(({ path }) => features.read(path))), texts)),
        );
      readable.push(...here);
      onProgress?.(Math.min(from + BATCH, samples.length), samples.length);
    }
  } finally {
    disposeTexts(texts);
  }
  return { samples: readable, vectors };
}

async function centredCosines(
  { config, params }: Recognizer,
  features: readonly VideoFeature[],
  texts: TextTokens,
): Promise<number[][]> {
  const video = stackTokens(config, features);
  const cosines = tf.tidy(() => {
    const unscaled = tf.div(recognize(params, config, video, texts).logits, tf.exp(param(params, "logit_scale")));
    return tf.sub(unscaled, tf.mean(unscaled, 1, true)); // [B, K]
  });
  disposeTokens(video);
  try {
    return (await cosines.array()) as number[][];
  } finally {
    cosines.dispose();
  }
}
