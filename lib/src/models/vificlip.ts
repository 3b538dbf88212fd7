/**
 * ViFi-CLIP's towers with learned prompts (muzairkhattak/ViFi-CLIP@e2d1948, clip/model.py and trainers/vificlip.py). Without
 * prompts they are CLIP's. Prompts are rounded to half precision wherever they enter, the text context excepted.
 */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { roundHalf } from "../nn/half.js";
import { residualBlock } from "../nn/transformer.js";
import {
  type BetweenBlocks,
  embedFrames,
  poolText,
  type Tap,
  type TextBatch,
  textHead,
  textTower,
  tokenEmbeddings,
  visualTower,
  withPositions,
} from "./clip.js";
import type { VificlipConfig } from "./vificlip-config.js";

/**
 * The visual tower on normalised RGB frames [F, 3, h, w]: tokens after each block, shallow to deep, [F, 1+N+P, D] each; the P
 * prompt tokens stand at the end.
 */
export function promptedVisualTower(params: Params, config: VificlipConfig, frames: Tensor, tap?: Tap): Tensor[] {
  const { length, depth } = config.visionPrompts;
  if (length === 0) return visualTower(params, config, frames, tap);
  let tokens = embedFrames(params, config, frames, tap, roundHalf(param(params, "visual.VPT")));
  const levels: Tensor[] = [];
  for (let layer = 0; layer < config.visionLayers; layer++) {
    const name = `visual.transformer.resblocks.${layer}`;
    if (layer > 0 && layer < depth) {
      const own = tf.slice(tokens, [0, 0, 0], [-1, tokens.shape[1]! - length, -1]);
      tokens = tf.concat([own, repeated(params, `${name}.VPT_shallow`, tokens.shape[0]!)], 1);
    }
    tokens = residualBlock(tokens, params, name, config.visionHeads, undefined, config.remat);
    tap?.(`visual.resblocks.${layer}`, tokens);
    levels.push(tokens);
  }
  return levels;
}

/** A block's own prompts [P, D], rounded, for each of `count` sequences: [count, P, D]. */
function repeated(params: Params, name: string, count: number): Tensor {
  return tf.tile(tf.expandDims(roundHalf(param(params, name)), 0), [count, 1, 1]);
}

/** Token embeddings of ids int32 [K, L] with the learned context in place of positions 1 to P: [K, L, W], no positions yet. */
export function promptedTokens(params: Params, config: VificlipConfig, ids: Tensor): Tensor {
  const tokens = tokenEmbeddings(params, ids);
  if (config.textPrompts.length === 0) return tokens;
  const [classes] = ids.shape as [number, number];
  return replaced(tokens, tf.tile(tf.expandDims(param(params, "prompt_learner.ctx"), 0), [classes, 1, 1]));
}

/** tokens [K, L, W] with positions 1 to P replaced by prompts [K, P, W]. */
function replaced(tokens: Tensor, prompts: Tensor): Tensor {
  const length = prompts.shape[1]!;
  if (tokens.shape[1]! < 2 + length) {
    throw new Error(`ViFi-CLIP: texts of ${tokens.shape[1]} tokens leave no room for ${length} prompt tokens`);
  }
  const first = tf.slice(tokens, [0, 0, 0], [-1, 1, -1]);
  const rest = tf.slice(tokens, [0, 1 + length, 0], [-1, -1, -1]);
  return tf.concat([first, prompts, rest], 1);
}

/** What changes the text tokens between blocks: the next block's own prompts; undefined where there are none. */
export function promptsBetween(params: Params, config: VificlipConfig): BetweenBlocks | undefined {
  const { depth } = config.textPrompts;
  if (depth < 2) return undefined;
  return (tokens, layer) =>
    layer + 1 < depth
      ? replaced(tokens, repeated(params, `transformer.resblocks.${layer + 1}.VPT_shallow`, tokens.shape[0]!))
      : tokens;
}

/** Text embeddings [K, E], not normalised, of prompts whose positions 1 to P are placeholders. */
export function encodePromptedText(params: Params, config: VificlipConfig, text: TextBatch, tap?: Tap): Tensor {
  const tokens = promptedTokens(params, config, text.ids);
  tap?.("prompt_learner.output", tokens);
  const encoded = textTower(params, config, withPositions(params, tokens), tap, promptsBetween(params, config));
  return textHead(params, poolText(encoded, text.pool));
}
