/** CLIP as a video-text backbone: frames one by one, their embeddings averaged. */
import { type Params, type Tensor, tf } from "../nn/array.js";
import type { BackboneGroup, Shapes, VideoTextBackbone } from "./backbone.js";
import { embedTokens, meanOverFrames, visualHead, visualTower } from "./clip.js";
import { type ClipConfig, clipShapes } from "./clip-config.js";

/** Head parameters of every family: final norms, projections, logit scale. */
const HEAD = new Set([
  "visual.ln_post.weight",
  "visual.ln_post.bias",
  "visual.proj",
  "ln_final.weight",
  "ln_final.bias",
  "text_projection",
  "logit_scale",
]);

/** Parameters that stay as they are where only the visual side is trained. */
const TEXT = /^(transformer\.|token_embedding\.|positional_embedding$|ln_final\.|text_projection$|logit_scale$)/;

/**
 * Group membership for a family that adds `added` to CLIP. Added parameters outside the towers belong to the head.
 * @param inTowers whether an added parameter stands inside a tower
 */
export function groupRule(added: Shapes, inTowers: (name: string) => boolean): VideoTextBackbone["inGroup"] {
  return (name: string, group: BackboneGroup): boolean => {
    switch (group) {
      case "all":
        return true;
      case "visual":
        return !TEXT.test(name);
      case "added":
        return added.has(name);
      case "head":
        return HEAD.has(name) || (added.has(name) && !inTowers(name));
    }
  };
}

/** Runs a tower of frames [F, 3, h, w] on videos [B, T, 3, h, w]; tokens [B, T, 1+N, D] a block. */
export function byFrames(pixels: Tensor, tower: (frames: Tensor) => Tensor[]): Tensor[] {
  const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
  const levels = tower(tf.reshape(pixels, [videos * frames, ...rest]));
  return levels.map((level) => tf.reshape(level, [videos, frames, ...level.shape.slice(1)]));
}

export function clipBackbone(config: ClipConfig): VideoTextBackbone {
  const added: Shapes = new Map();
  return {
    family: "clip",
    config,
    frames: null,
    shapes: clipShapes(config),
    added,
    inGroup: groupRule(added, () => false),
    needsPatches: false,
    textContext: 0,
    visualLevels: (params, pixels, tap) => byFrames(pixels, (frames) => visualTower(params, config, frames, tap)),
    embedVideo: (params, { cls }, tap) => ({ video: meanOverFrames(visualHead(params, cls, tap)) }),
    embedText: (params, { ids }) => embedTokens(params, ids),
    betweenTextBlocks: () => undefined,
    conditionText: (_params: Params, text) => text,
  };
}
