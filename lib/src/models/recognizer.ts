/**
 * A video recogniser: a CLIP backbone, with or without VgHIF. It is split where frozen towers end, so that what they make
 * can be computed once and cached: towers -> `VideoTokens` and `TextTokens` -> `recognize` -> logits.
 */
import { type Params, type Tensor, tf } from "../nn/array.js";
import {
  classTokens,
  cosineLogits,
  embedTokens,
  meanOverFrames,
  poolText,
  type TextBatch,
  textHead,
  textTower,
  visualHead,
  visualTower,
} from "./clip.js";
import type { ClipConfig } from "./clip-config.js";
import { fuse, fusedLevels, type GroundingMap, levelTokens, selectTokens } from "./vghif.js";
import type { VghifConfig } from "./vghif-config.js";
import { encodeTextGuided } from "./vghif-inside.js";

export interface RecognizerConfig {
  readonly clip: ClipConfig;
  /** null: the baseline. */
  readonly vghif: VghifConfig | null;
}

/** What the visual tower gives: everything after it is head or fusion. */
export interface VideoTokens {
  /** Class tokens after the last block [B, T, D]. */
  readonly cls: Tensor;
  /** Selected tokens of each fused level, shallow to deep [B, S, D]; none for a baseline. */
  readonly levels: readonly Tensor[];
}

/** What the text side gives: pooled tokens, or what the tower starts from where the fusion sits inside it. */
export type TextTokens =
  | { readonly pooled: Tensor /* [K, W] */ }
  | { readonly embedded: Tensor /* [K, L, W] */; readonly pool: Tensor /* [K, L, 1] */ };

export interface Recognized {
  /** exp(logit_scale) * cosine [B, K] */
  readonly logits: Tensor;
  /** Not normalised [B, E] and [B, K, E]. */
  readonly video: Tensor;
  readonly text: Tensor;
  readonly maps: readonly GroundingMap[];
}

/** The fusion where it does something: a fusion of zero passes is its baseline. */
function activeFusion(config: RecognizerConfig): VghifConfig | null {
  return config.vghif && config.vghif.iterations > 0 ? config.vghif : null;
}

/** Whether the fusion needs the visual levels at all. */
export function usesLevels(config: RecognizerConfig): boolean {
  return activeFusion(config) !== null && config.vghif?.guide !== "text-to-visual";
}

function fusesInside(config: RecognizerConfig): boolean {
  return usesLevels(config) && config.vghif?.where === "inside";
}

/** Runs the visual tower on normalised frames [B, T, 3, h, w]. */
export function videoTokens(params: Params, config: RecognizerConfig, pixels: Tensor): VideoTokens {
  const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
  const blocks = visualTower(params, config.clip, tf.reshape(pixels, [videos * frames, ...rest]));
  const cls = tf.reshape(classTokens(blocks.at(-1)!), [videos, frames, -1]);
  const fusion = usesLevels(config) ? config.vghif : null;
  if (!fusion) return { cls, levels: [] };
  const levels = fusedLevels(fusion, config.clip.visionLayers).map((level) => {
    const [, length, width] = blocks[level - 1]!.shape as [number, number, number];
    return selectTokens(tf.reshape(blocks[level - 1]!, [videos, frames, length, width]), fusion.select);
  });
  return { cls, levels };
}

/** Runs the text tower on the class prompts, or, where the fusion sits inside it, only embeds them. */
export function textTokens(params: Params, config: RecognizerConfig, text: TextBatch): TextTokens {
  const embedded = embedTokens(params, text.ids);
  if (fusesInside(config)) return { embedded, pool: text.pool };
  return { pooled: poolText(textTower(params, config.clip, embedded), text.pool) };
}

/**
 * Class scores of B videos among K classes. With all gates at 0 the logits equal the baseline's bit for bit: both take the
 * same operations on the same values.
 */
export function recognize(params: Params, config: RecognizerConfig, video: VideoTokens, text: TextTokens): Recognized {
  const v = meanOverFrames(visualHead(params, video.cls)); // [B, E]
  const videos = v.shape[0]!;
  const fusion = activeFusion(config);
  const levels = video.levels.map((tokens, level) => levelTokens(params, level, tokens));
  if ("embedded" in text) {
    const guided = encodeTextGuided(params, config.clip, fusion!, text.embedded, text.pool, levels);
    const fused =
      fusion!.guide === "both"
        ? fuse(params, fusion!, guided.text, v, levels, "text-to-visual")
        : { text: guided.text, video: v };
    return { ...fused, logits: cosineLogits(params, fused.video, fused.text), maps: guided.maps };
  }
  const u = tf.tile(tf.expandDims(textHead(params, text.pooled), 0), [videos, 1, 1]); // [B, K, E]
  const fused = fusion ? fuse(params, fusion, u, v, levels) : { text: u, video: v, maps: [] };
  return { ...fused, logits: cosineLogits(params, fused.video, fused.text) };
}
