/**
 * A video recogniser: a video-text backbone, with or without VgHIF. It is split where frozen towers end, so that what they make
 * can be computed once and cached: towers -> `VideoTokens` and `TextTokens` -> `recognize` -> logits.
 */
import { type Params, type Tensor, tf } from "../nn/array.js";
import { type LastTokens, lastTokens, type VideoTextBackbone } from "./backbone.js";
import { cosineLogits, poolText, type TextBatch, textHead, textTower } from "./clip.js";
import { fuse, fusedLevels, type GroundingMap, levelTokens, selectTokens } from "./vghif.js";
import type { VghifConfig } from "./vghif-config.js";
import { encodeTextGuided } from "./vghif-inside.js";

export interface RecognizerConfig {
  readonly backbone: VideoTextBackbone;
  /** null: the baseline. */
  readonly vghif: VghifConfig | null;
}

/** What the visual tower gives: everything after it is head or fusion. */
export interface VideoTokens extends LastTokens {
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

/** Whether the fusion sits between the text encoder's own blocks, so that texts depend on the video. */
export function fusesInside(config: RecognizerConfig): boolean {
  return usesLevels(config) && config.vghif?.where === "inside";
}

/** Runs the visual tower on normalised frames [B, T, 3, h, w]. */
export function videoTokens(params: Params, config: RecognizerConfig, pixels: Tensor): VideoTokens {
  const { backbone } = config;
  const blocks = backbone.visualLevels(params, pixels);
  const last = lastTokens(blocks, backbone.needsPatches);
  const fusion = usesLevels(config) ? config.vghif : null;
  if (!fusion) return { ...last, levels: [] };
  const fused = fusedLevels(fusion, backbone.config.visionLayers);
  return { ...last, levels: fused.map((level) => selectTokens(blocks[level - 1]!, fusion.select)) };
}

/** Runs the text tower on the class prompts, or, where the fusion sits inside it, only embeds them. */
export function textTokens(params: Params, config: RecognizerConfig, text: TextBatch): TextTokens {
  const { backbone } = config;
  const embedded = backbone.embedText(params, text);
  if (fusesInside(config)) return { embedded, pool: text.pool };
  const tower = textTower(params, backbone.config, embedded, undefined, backbone.betweenTextBlocks(params));
  return { pooled: poolText(tower, text.pool) };
}

/**
 * Class scores of B videos among K classes. The backbone's own conditioning of the texts comes first, the fusion after it.
 * With all gates at 0 the logits equal the baseline's bit for bit: both take the same operations on the same values.
 */
export function recognize(params: Params, config: RecognizerConfig, video: VideoTokens, text: TextTokens): Recognized {
  const { backbone } = config;
  const embedded = backbone.embedVideo(params, video);
  const v = embedded.video; // [B, E]
  const videos = v.shape[0]!;
  const fusion = activeFusion(config);
  const [askers, width] = askersOf(backbone, text);
  const raw = fusion ? video.levels : [];
  const levels = raw.map((tokens, level) => levelTokens(params, fusion!, level, tokens, askers, width));
  if ("embedded" in text) {
    const guided = encodeTextGuided(params, backbone, fusion!, text.embedded, text.pool, levels, videos);
    const conditioned = backbone.conditionText(params, guided.text, embedded);
    const fused =
      fusion!.guide === "both"
        ? fuse(params, fusion!, conditioned, v, levels, "text-to-visual")
        : { text: conditioned, video: v };
    return { ...fused, logits: cosineLogits(params, fused.video, fused.text), maps: guided.maps };
  }
  const classes = tf.tile(tf.expandDims(textHead(params, text.pooled), 0), [videos, 1, 1]); // [B, K, E]
  const u = backbone.conditionText(params, classes, embedded);
  const fused = fusion ? fuse(params, fusion, u, v, levels) : { text: u, video: v, maps: [] };
  return { ...fused, logits: cosineLogits(params, fused.video, fused.text) };
}

/** How many vectors of which width ask the levels of one video: class embeddings, or every text token inside the tower. */
function askersOf({ config }: VideoTextBackbone, text: TextTokens): [number, number] {
  if (!("embedded" in text)) return [text.pooled.shape[0]!, config.embedDim];
  const [classes, length, width] = text.embedded.shape as [number, number, number];
  return [classes * length, width];
}
