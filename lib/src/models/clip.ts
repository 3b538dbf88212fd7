/**
 * CLIP with ViT towers (openai/CLIP@d05afc4, clip/model.py): pure functions over the official state dict.
 * Frames are encoded one by one; a video's embedding is the mean of its frames' un-normalised embeddings, normalised
 * once (ViFi-CLIP's rule). Towers and heads are separate, so that frozen towers can be run once and their heads trained.
 */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { project, rows } from "../nn/linear.js";
import { l2Normalize, layerNorm } from "../nn/norm.js";
import { causalMask, residualBlock } from "../nn/transformer.js";
import type { ClipConfig } from "./clip-config.js";

/** Is shown named intermediate tensors as they are made; they are only borrowed. */
export type Tap = (name: string, value: Tensor) => void;

/**
 * Non-overlapping patches of frames [F, 3, h, w], row by row: [F, N, 3*P*P], each flattened as `conv1.weight` is
 * (channel, row, column), so that a convolution of kernel = stride = P is one matrix product.
 */
export function patchify(frames: Tensor, patchSize: number): Tensor {
  const [count, channels, height, width] = frames.shape as [number, number, number, number];
  const [down, across] = [height / patchSize, width / patchSize];
  const cells = tf.reshape(frames, [count * channels, down, patchSize, across, patchSize]);
  const ordered = tf.reshape(tf.transpose(cells, [0, 1, 3, 2, 4]), [count, channels, down * across, patchSize ** 2]);
  return tf.reshape(tf.transpose(ordered, [0, 2, 1, 3]), [count, down * across, channels * patchSize ** 2]);
}

/**
 * What enters the first visual block (VisionTransformer.forward): class token and patches of normalised RGB frames
 * [F, 3, h, w], with positions, after `visual.ln_pre`: [F, 1+N, D], token 0 the class token. `extra` [X, D], if any: tokens
 * that are appended to every frame's, without positions.
 */
export function embedFrames(params: Params, config: ClipConfig, frames: Tensor, tap?: Tap, extra?: Tensor): Tensor {
  const size = config.imageResolution;
  if (frames.rank !== 4 || frames.shape[1] !== 3 || frames.shape[2] !== size || frames.shape[3] !== size) {
    throw new Error(`visual tower: frames have shape [${frames.shape}], expected [F, 3, ${size}, ${size}]`);
  }
  const kernel = tf.reshape(param(params, "visual.conv1.weight"), [config.visionWidth, -1]);
  const patches = rows(patchify(frames, config.patchSize), kernel, true); // [F, N, D]
  const classToken = tf.tile(tf.reshape(param(params, "visual.class_embedding"), [1, 1, -1]), [frames.shape[0]!, 1, 1]);
  const placed = tf.add(tf.concat([classToken, patches], 1), param(params, "visual.positional_embedding"));
  const embedded = extra ? tf.concat([placed, tf.tile(tf.expandDims(extra, 0), [frames.shape[0]!, 1, 1])], 1) : placed;
  const tokens = layerNorm(embedded, params, "visual.ln_pre"); // [F, 1+N(+X), D]
  tap?.("visual.ln_pre", tokens);
  return tokens;
}

/**
 * The visual tower (VisionTransformer.forward up to its last block) on normalised RGB frames [F, 3, h, w].
 * Returns the tokens after each block, shallow to deep: [F, 1+N, D] each, token 0 the class token.
 */
export function visualTower(params: Params, config: ClipConfig, frames: Tensor, tap?: Tap): Tensor[] {
  let tokens = embedFrames(params, config, frames, tap);
  const levels: Tensor[] = [];
  for (let layer = 0; layer < config.visionLayers; layer++) {
    const name = `visual.transformer.resblocks.${layer}`;
    tokens = residualBlock(tokens, params, name, config.visionHeads, undefined, config.remat);
    tap?.(`visual.resblocks.${layer}`, tokens);
    levels.push(tokens);
  }
  return levels;
}

/** The class token of each frame's tokens [F, 1+N, D] -> [F, D]. */
export function classTokens(tokens: Tensor): Tensor {
  const [frames, , width] = tokens.shape as [number, number, number];
  return tf.reshape(tf.slice(tokens, [0, 0, 0], [frames, 1, width]), [frames, width]);
}

/** Last-block class tokens [..., D] -> frame embeddings [..., E], not normalised: `visual.ln_post`, `visual.proj`. */
export function visualHead(params: Params, tokens: Tensor, tap?: Tap): Tensor {
  const normed = layerNorm(tokens, params, "visual.ln_post");
  tap?.("visual.ln_post_cls", normed);
  return project(normed, param(params, "visual.proj"));
}

/** Tokenised prompts, with the place of each one's pooled token. */
export interface TextBatch {
  /** Token ids, int32 [K, L]. */
  readonly ids: Tensor;
  /** One-hot over positions [K, L, 1]: the first position of the row's largest id, which is the end of text. */
  readonly pool: Tensor;
}

/**
 * Rows of token ids as tensors. `length` positions are kept (default: up to the longest prompt's end of text); since the
 * text tower is causal, positions after the pooled one never reach it, so the cut changes nothing.
 */
export function textBatch(ids: readonly ArrayLike<number>[], length?: number): TextBatch {
  const ends = ids.map((row) => Array.from(row).reduce((best, id, at) => (id > row[best]! ? at : best), 0));
  const kept = length ?? Math.max(...ends) + 1;
  const flat = Int32Array.from(ids.flatMap((row) => Array.from(row).slice(0, kept)));
  const pool = new Float32Array(ids.length * kept);
  for (const [row, end] of ends.entries()) pool[row * kept + end] = 1;
  return { ids: tf.tensor2d(flat, [ids.length, kept], "int32"), pool: tf.tensor3d(pool, [ids.length, kept, 1]) };
}

/** Token plus positional embeddings of ids int32 [K, L] -> [K, L, W]. */
export function embedTokens(params: Params, ids: Tensor): Tensor {
  return withPositions(params, tokenEmbeddings(params, ids));
}

/** Rows of the token table for ids int32 [K, L] -> [K, L, W]. */
export function tokenEmbeddings(params: Params, ids: Tensor): Tensor {
  return tf.gather(param(params, "token_embedding.weight"), ids as tf.Tensor2D);
}

/** Adds the first L text positions to [K, L, W]. */
export function withPositions(params: Params, tokens: Tensor): Tensor {
  return tf.add(tokens, tf.slice(param(params, "positional_embedding"), [0, 0], [tokens.shape[1]!, -1]));
}

/** Changes the text tokens [K, L, W] after block `layer` (0-based); VgHIF's place 'inside' the text encoder. */
export type BetweenBlocks = (tokens: Tensor, layer: number) => Tensor;

/** The text tower on embedded tokens [K, L, W]: causal blocks, before `ln_final`. */
export function textTower(
  params: Params,
  config: ClipConfig,
  embedded: Tensor,
  tap?: Tap,
  between?: BetweenBlocks,
): Tensor {
  const mask = causalMask(embedded.shape[1]!);
  let tokens = embedded;
  for (let layer = 0; layer < config.textLayers; layer++) {
    tokens = residualBlock(tokens, params, `transformer.resblocks.${layer}`, config.textHeads, mask, config.remat);
    tap?.(`text.resblocks.${layer}`, tokens);
    if (between) tokens = between(tokens, layer);
  }
  if (tap) tap("text.ln_final", layerNorm(tokens, params, "ln_final"));
  return tokens;
}

/** The pooled token of each prompt: tokens [K, L, W] -> [K, W]. */
export function poolText(tokens: Tensor, pool: Tensor): Tensor {
  return tf.sum(tf.mul(tokens, pool), 1);
}

/** Pooled tokens [..., W] -> text embeddings [..., E], not normalised: `ln_final`, `text_projection`. */
export function textHead(params: Params, pooled: Tensor): Tensor {
  return project(layerNorm(pooled, params, "ln_final"), param(params, "text_projection"));
}

/** CLIP.encode_text: text embeddings [K, E], not normalised. */
export function encodeText(params: Params, config: ClipConfig, text: TextBatch, tap?: Tap): Tensor {
  return textHead(params, poolText(textTower(params, config, embedTokens(params, text.ids), tap), text.pool));
}

/** Frame embeddings [B, T, E] -> the video's [B, E]: their mean, not normalised. */
export function meanOverFrames(frameEmbeddings: Tensor): Tensor {
  return tf.mean(frameEmbeddings, 1);
}

/**
 * exp(logit_scale) * cosine. video [B, E]; text [K, E], or one per video [B, K, E] -> logits [B, K].
 * The scale is not clamped.
 */
export function cosineLogits(params: Params, video: Tensor, text: Tensor): Tensor {
  const scale = tf.exp(param(params, "logit_scale"));
  const [v, u] = [l2Normalize(video), l2Normalize(text)];
  if (u.rank === 2) return tf.mul(tf.matMul(v as tf.Tensor2D, u as tf.Tensor2D, false, true), scale);
  const [batch, width] = v.shape as [number, number];
  return tf.mul(tf.reshape(tf.matMul(u, tf.reshape(v, [batch, width, 1])), [batch, -1]), scale);
}
