/** ViFi-CLIP as a video-text backbone: CLIP fine-tuned as a whole, or frozen with learned prompts in both towers. */
import { type Tensor, tf } from "../nn/array.js";
import type { Shapes, VideoTextBackbone } from "./backbone.js";
import { meanOverFrames, visualHead, withPositions } from "./clip.js";
import { byFrames, groupRule } from "./clip-backbone.js";
import { promptedTokens, promptedVisualTower, promptsBetween } from "./vificlip.js";
import { promptShapes, type VificlipConfig, vificlipShapes } from "./vificlip-config.js";

export function vificlipBackbone(config: VificlipConfig): VideoTextBackbone {
  const added: Shapes = promptShapes(config);
  const withoutPrompts = (tokens: Tensor): Tensor => {
    const { length } = config.visionPrompts;
    return length === 0 ? tokens : tf.slice(tokens, [0, 0, 0, 0], [-1, -1, tokens.shape[2]! - length, -1]);
  };
  return {
    family: "vificlip",
    config,
    frames: null,
    shapes: vificlipShapes(config),
    added,
    inGroup: groupRule(added, () => true),
    needsPatches: false,
    textContext: config.textPrompts.length,
    visualLevels: (params, pixels, tap) =>
      byFrames(pixels, (frames) => promptedVisualTower(params, config, frames, tap)).map(withoutPrompts),
    embedVideo: (params, { cls }, tap) => ({ video: meanOverFrames(visualHead(params, cls, tap)) }),
    embedText(params, { ids }, tap) {
      const tokens = promptedTokens(params, config, ids);
      tap?.("prompt_learner.output", tokens);
      return withPositions(params, tokens);
    },
    betweenTextBlocks: (params) => promptsBetween(params, config),
    conditionText: (_params, text) => text,
  };
}
