/** One step of the fusion: askers hear from answerers through a gate that starts closed; then a gated feed-forward. */
import { quickGelu } from "../nn/activation.js";
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { type Answerers, crossAttention, meanOfAnswerers } from "../nn/cross-attention.js";
import { linear, project } from "../nn/linear.js";
import { layerNorm } from "../nn/norm.js";
import type { VghifConfig } from "./vghif-config.js";

export interface Step {
  /** [B, Q, D] */
  readonly output: Tensor;
  /** Attention of askers over answerers [B, H, Q, S]; null for interactions that do not attend. */
  readonly weights: Tensor | null;
}

/**
 * U <- U + g * message(LN(U), V). u [B, Q, D] asks, v [B, S, E], or its parts, answers. The message is cross-attention, or one of the
 * alternatives that the ablation compares it with: the answerers' mean, an MLP of asker and mean, or FiLM by the mean.
 */
export function interact(params: Params, config: VghifConfig, name: string, u: Tensor, v: Answerers): Step {
  const { message, weights } = messageOf(params, config, name, u, v);
  return { output: tf.add(u, tf.mul(param(params, `${name}.gate`), message)), weights };
}

function messageOf(params: Params, config: VghifConfig, name: string, u: Tensor, v: Answerers) {
  const asked = (): Tensor => layerNorm(u, params, `${name}.ln`);
  if (config.interaction === "attention") {
    const q = project(asked(), param(params, `${name}.q`));
    const own = { k: param(params, `${name}.k`), v: param(params, `${name}.v`) };
    const { output, weights } = crossAttention(q, v, own, config.heads);
    return { message: project(output, param(params, `${name}.o`)), weights };
  }
  const mean = meanOfAnswerers(v); // [B, 1, E]
  const value = project(mean, param(params, `${name}.v`)); // [B, 1, D]
  switch (config.interaction) {
    case "mean-pool":
      return { message: project(value, param(params, `${name}.o`)), weights: null };
    case "concat-mlp": {
      // One linear layer of the concatenation [asker; mean] is the sum of a layer of each.
      const hidden = quickGelu(tf.add(project(asked(), param(params, `${name}.q`)), value));
      return { message: project(hidden, param(params, `${name}.o`)), weights: null };
    }
    case "film": {
      const scaled = tf.mul(asked(), project(mean, param(params, `${name}.k`)));
      return { message: project(tf.add(scaled, value), param(params, `${name}.o`)), weights: null };
    }
  }
}

/** U <- U + g * FFN(LN(U)), FFN: D -> ratio * D -> D with QuickGELU; the identity where the feed-forward is off. */
export function feedForward(params: Params, config: VghifConfig, name: string, u: Tensor): Tensor {
  if (!config.ffn) return u;
  const hidden = quickGelu(linear(layerNorm(u, params, `${name}.ffn.ln`), params, `${name}.ffn.c_fc`));
  return tf.add(u, tf.mul(param(params, `${name}.ffn.gate`), linear(hidden, params, `${name}.ffn.c_proj`)));
}
