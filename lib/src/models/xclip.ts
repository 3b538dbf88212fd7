/**
 * X-CLIP (microsoft/VideoX@1744b21, X-CLIP/models/xclip.py) after its visual tower: the multi-frame integration transformer
 * makes the video embedding, and video-specific prompts are added to the text embeddings.
 */
import { quickGelu } from "../nn/activation.js";
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { attention } from "../nn/attention.js";
import { linear, project } from "../nn/linear.js";
import { layerNorm } from "../nn/norm.js";
import { residualBlock } from "../nn/transformer.js";
import type { Tap } from "./clip.js";
import { videoHeads, type XclipConfig } from "./xclip-config.js";

/**
 * Frame embeddings [B, T, E], not normalised -> the video's [B, E] (models/mit.py MultiframeIntegrationTransformer): the mean
 * over frames of blocks(x + positions) + x. Throws an error where T is not the model's own number of frames.
 */
export function integrateFrames(params: Params, config: XclipConfig, frames: Tensor, tap?: Tap): Tensor {
  const positions = param(params, "mit.positional_embedding"); // [1, T, E]
  if (frames.shape[1] !== config.frames) {
    throw new Error(
      `X-CLIP: ${frames.shape[1]} frames, but "mit.positional_embedding" holds positions of ${config.frames}`,
    );
  }
  let x = tf.add(frames, positions);
  for (let layer = 0; layer < config.mitLayers; layer++) {
    x = residualBlock(x, params, `mit.resblocks.${layer}`, videoHeads(config));
    tap?.(`mit.resblocks.${layer}`, x);
  }
  const video = tf.mean(tf.add(x, frames), 1);
  tap?.("mit.output", video);
  return video;
}

/**
 * What the prompts look at (XCLIP.encode_image): last-block patch tokens [B, T, N, D] -> [B, N, E], each normalised and
 * projected, then averaged over frames. They do not pass `ln_post`.
 */
export function promptContext(params: Params, patches: Tensor, tap?: Tap): Tensor {
  const projected = project(layerNorm(patches, params, "prompts_visual_ln"), param(params, "prompts_visual_proj"));
  tap?.("img_features", projected);
  const mean = tf.mean(projected, 1);
  tap?.("img_features_mean", mean);
  return mean;
}

/**
 * Video-specific prompts (models/prompt.py VideoSpecificPrompt): text [B, K, E] asks visual [B, N, E], layer by layer.
 * Returns what is added to the text: alpha times the last layer's output, [B, K, E].
 */
export function videoPrompts(params: Params, config: XclipConfig, text: Tensor, visual: Tensor, tap?: Tap): Tensor {
  const context = layerNorm(visual, params, "prompts_generator.norm");
  tap?.("prompts_generator.norm", context);
  let x = text;
  for (let layer = 0; layer < config.promptLayers; layer++) {
    const name = `prompts_generator.decoder.${layer}`;
    const heard = crossAttention(params, config, `${name}.cross_attn`, layerNorm(x, params, `${name}.norm1`), context);
    tap?.(`${name}.cross_attn`, heard);
    x = tf.add(x, heard);
    const hidden = quickGelu(linear(layerNorm(x, params, `${name}.norm3`), params, `${name}.mlp.0`));
    x = tf.add(x, linear(hidden, params, `${name}.mlp.3`));
    tap?.(name, x);
  }
  const prompts = tf.mul(param(params, "prompts_generator.alpha"), x);
  tap?.("prompts_generator.output", prompts);
  return prompts;
}

/** MulitHeadAttention of models/prompt.py: projections without bias, but for the last. */
function crossAttention(params: Params, config: XclipConfig, name: string, x: Tensor, context: Tensor): Tensor {
  const q = linear(x, params, `${name}.q_proj`);
  const k = linear(context, params, `${name}.k_proj`);
  const v = linear(context, params, `${name}.v_proj`);
  return linear(attention(q, k, v, videoHeads(config)).output, params, `${name}.proj`);
}

/** Text embeddings [B, K, E], not normalised, plus each video's own prompts: [B, K, E]. */
export function promptedText(params: Params, config: XclipConfig, text: Tensor, context: Tensor, tap?: Tap): Tensor {
  return tf.add(text, videoPrompts(params, config, text, context, tap));
}
