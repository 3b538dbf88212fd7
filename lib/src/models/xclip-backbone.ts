/** X-CLIP as a video-text backbone. */
import { tf } from "../nn/array.js";
import type { Shapes, VideoTextBackbone } from "./backbone.js";
import { embedTokens, visualHead } from "./clip.js";
import { byFrames, groupRule } from "./clip-backbone.js";
import { integrateFrames, promptContext, promptedText } from "./xclip.js";
import { type XclipConfig, xclipAddedShapes, xclipShapes } from "./xclip-config.js";
import { crossFrameTower } from "./xclip-visual.js";

export function xclipBackbone(config: XclipConfig): VideoTextBackbone {
  const added: Shapes = xclipAddedShapes(config);
  return {
    family: "xclip",
    config,
    frames: config.frames,
    shapes: xclipShapes(config),
    added,
    inGroup: groupRule(added, (name) => name.startsWith("visual.")),
    needsPatches: true,
    textContext: 0,
    visualLevels(params, pixels, tap) {
      if (pixels.shape[1] !== config.frames) {
        throw new Error(`X-CLIP made for ${config.frames} frames was given ${pixels.shape[1]}`);
      }
      return byFrames(pixels, (frames) => crossFrameTower(params, config, frames, tap));
    },
    embedVideo(params, { cls, patches }, tap) {
      if (!patches) throw new Error("X-CLIP: the last block's patch tokens are missing");
      const features = visualHead(params, cls, tap); // [B, T, E]
      tap?.("visual.cls_features", features);
      tap?.("visual.patch_tokens", tf.reshape(patches, [-1, ...patches.shape.slice(2)]));
      return {
        video: integrateFrames(params, config, features, tap),
        context: promptContext(params, patches, tap),
      };
    },
    embedText: (params, { ids }) => embedTokens(params, ids),
    betweenTextBlocks: () => undefined,
    conditionText: (params, text, { context }, tap) => promptedText(params, config, text, context!, tap),
  };
}
