/**
 * X-CLIP's cross-frame visual tower (microsoft/VideoX@1744b21, X-CLIP/models/cct.py): in every block each frame sends a
 * message, the messages of a video's frames attend to each other, and each frame reads its own message beside its tokens.
 */
import { type Params, type Tensor, tf } from "../nn/array.js";
import { selfAttention } from "../nn/attention.js";
import { linear } from "../nn/linear.js";
import { layerNorm } from "../nn/norm.js";
import { type Block, rematerialised } from "../nn/remat.js";
import { mlp } from "../nn/transformer.js";
import { classTokens, embedFrames, type Tap } from "./clip.js";
import type { XclipConfig } from "./xclip-config.js";

/**
 * Runs the tower on normalised RGB frames [B*T, 3, h, w], the frames of a video side by side. Returns the tokens after each
 * block, shallow to deep: [B*T, 1+N, D] each.
 */
export function crossFrameTower(params: Params, config: XclipConfig, frames: Tensor, tap?: Tap): Tensor[] {
  let tokens = embedFrames(params, config, frames, tap);
  const levels: Tensor[] = [];
  for (let layer = 0; layer < config.visionLayers; layer++) {
    const name = `visual.transformer.resblocks.${layer}`;
    const block: Block = ([x], own) => crossFrameBlock(x!, own, config, layer, config.remat ? undefined : tap);
    tokens = rematerialised(config.remat ?? false, block, [tokens], params, name);
    tap?.(`visual.resblocks.${layer}`, tokens);
    levels.push(tokens);
  }
  return levels;
}

/** CrossFramelAttentionBlock.forward on tokens [B*T, 1+N, D]; the message is cut off before the feed-forward. */
function crossFrameBlock(x: Tensor, params: Params, config: XclipConfig, layer: number, tap?: Tap): Tensor {
  const name = `visual.transformer.resblocks.${layer}`;
  const [count, length, width] = x.shape as [number, number, number];
  const message = frameMessages(classTokens(x), params, config, layer, tap); // [B*T, D]
  const withMessage = tf.concat([x, tf.reshape(message, [count, 1, width])], 1); // [B*T, 1+N+1, D]
  const heard = selfAttention(
    layerNorm(withMessage, params, `${name}.ln_1`),
    params,
    `${name}.attn`,
    config.visionHeads,
  );
  const attended = tf.slice(tf.add(withMessage, heard), [0, 0, 0], [count, length, width]);
  return tf.add(attended, mlp(layerNorm(attended, params, `${name}.ln_2`), params, `${name}.mlp`));
}

/** The messages of every frame from the class tokens [B*T, D] that enter a block, after they have met: [B*T, D]. */
function frameMessages(cls: Tensor, params: Params, config: XclipConfig, layer: number, tap?: Tap): Tensor {
  const name = `visual.transformer.resblocks.${layer}`;
  const sent = tf.reshape(linear(cls, params, `${name}.message_fc`), [-1, config.frames, config.visionWidth]); // [B, T, D]
  tap?.(`visual.resblocks.${layer}.message_fc`, sent);
  const normed = layerNorm(sent, params, `${name}.message_ln`);
  const met = selfAttention(normed, params, `${name}.message_attn`, config.visionHeads);
  tap?.(`visual.resblocks.${layer}.message_attn`, tf.transpose(met, [1, 0, 2]));
  return tf.reshape(tf.add(sent, met), [-1, config.visionWidth]);
}
