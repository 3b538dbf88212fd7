/** One video against a list of labels: probabilities, and where each label's text looked. */
import { loadClip } from "../data/frames/load.js";
import { type ViewsSpec, viewCount, viewOptions } from "../data/frames/views.js";
import type { VideoSource } from "../data/video/source.js";
import { sourceHash } from "../data/video/source-hash.js";
import { UserError } from "../errors.js";
import { encodeViews, keptTokens, viewOf } from "../features/encode.js";
import { disposeTexts, frozenTexts } from "../features/text.js";
import { disposeTokens, stackTokens } from "../features/tokens.js";
import { recognize } from "../models/recognizer.js";
import { fusedLevels } from "../models/vghif.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import { topLabels } from "./metrics.js";
import type { Recognizer } from "./recognizer.js";

export interface ClassifyOptions {
  /** Frames sampled uniformly over the video. Default: as many as the backbone is made for, or was trained with, else 8. */
  readonly frames?: number;
  /** Prompt around a label; default: the recogniser's own. */
  readonly template?: string;
  /** Views whose probabilities are averaged. Default: one. */
  readonly views?: ViewsSpec;
  /** Of the random rule of views. Default 0. */
  readonly seed?: number;
}

/** Where the text of each label looked, at one visit of the fusion. */
export interface LabelAttention {
  readonly pass: number;
  /** Block of the visual encoder, 1-based. */
  readonly block: number;
  /** Weights over the level's visual tokens, summing to 1: one row a label. */
  readonly weights: readonly (readonly number[])[];
}

export interface Classified {
  /** All labels, best first; probabilities sum to 1. */
  readonly scores: readonly { readonly label: string; readonly probability: number }[];
  /** Frames that really decode. */
  readonly frameCount: number;
  /** Places of the sampled frames, 0-based; of several clips, clip by clip. */
  readonly indices: readonly number[];
  /** One entry a visit; empty without a fusion that attends, and of several views. Rows are in the order of the labels given. */
  readonly attention: readonly LabelAttention[];
}

/** Classifies a video. Throws a UserError for a video that cannot be read or labels that make no sense. */
export async function classifyVideo(
  recognizer: Recognizer,
  video: VideoSource,
  labels: readonly string[],
  options: ClassifyOptions = {},
): Promise<Classified> {
  const { config, params } = recognizer;
  const made = config.backbone.frames;
  const { frames = made ?? recognizer.trained?.frames ?? 8, template = recognizer.template } = options;
  if (made !== null && frames !== made) {
    throw new UserError(`${recognizer.file} is made for ${made} frames a video: ask for ${made}, not ${frames}`);
  }
  if (labels.length === 0) throw new UserError("no labels given: name at least one class");
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined) throw new UserError(`label "${twice}" is given twice`);
  const { views, seed = 0 } = options;
  const load = { frames, ...viewOptions(views, config.backbone.config.imageResolution, seed) };
  const clip = await loadClip(video, views?.rule === "random" ? { ...load, draw: await drawOf(video) } : load);
  const feature = await encodeViews(recognizer, clip.pixels, frames, keptTokens(config));
  const texts = await frozenTexts(recognizer, labels, template);
  const count = viewCount(views);
  const tokens = stackTokens(
    config,
    Array.from({ length: count }, (_, n) => viewOf(feature, n, count)),
  );
  const { probabilities, maps } = tidy(() => {
    const result = recognize(params, config, tokens, texts);
    const averaged: Tensor = tf.mean(tf.softmax(result.logits), 0);
    return { probabilities: averaged, maps: count === 1 ? result.maps : [] };
  });
  const values = Array.from(await probabilities.data());
  const blocks = config.vghif ? fusedLevels(config.vghif, config.backbone.config.visionLayers) : [];
  const attention: LabelAttention[] = [];
  for (const { pass, level, map } of maps) {
    const [weights] = (await map.array()) as number[][][];
    attention.push({ pass, block: blocks[level]!, weights: weights! });
    map.dispose();
  }
  disposeTokens(tokens);
  disposeTexts(texts);
  probabilities.dispose();
  return {
    scores: topLabels(values, values.length).map((at) => ({ label: labels[at]!, probability: values[at]! })),
    frameCount: clip.frameCount,
    indices: clip.indices,
    attention,
  };
}

/** The name of the video's random draw: its content, as where features are cached. */
async function drawOf(video: VideoSource): Promise<string> {
  // A file that cannot be read is refused by the loader, in one line.
  return sourceHash(video).catch(() => "");
}
