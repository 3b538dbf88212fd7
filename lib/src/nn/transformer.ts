/** The pre-norm residual block of the CLIP family and the mask of its text tower. */
import { quickGelu } from "./activation.js";
import { type Params, type Tensor, tf } from "./array.js";
import { selfAttention } from "./attention.js";
import { linear } from "./linear.js";
import { layerNorm } from "./norm.js";
import { type Block, checkpoint } from "./remat.js";

/** Two linear layers with QuickGELU between: `<name>.c_fc`, `<name>.c_proj`. x [..., D] -> [..., D]. */
export function mlp(x: Tensor, params: Params, name: string): Tensor {
  return linear(quickGelu(linear(x, params, `${name}.c_fc`)), params, `${name}.c_proj`);
}

/**
 * clip/model.py ResidualAttentionBlock on x [B, N, D] (batch first): `ln_1`, `attn`, `ln_2`, `mlp` below `<name>`. With
 * `remat` only x is kept for the gradient, which computes the block again: less memory, a third more work. Default: no.
 */
export function residualBlock(
  x: Tensor,
  params: Params,
  name: string,
  heads: number,
  mask?: Tensor,
  remat = false,
): Tensor {
  const block: Block = ([tokens], { mask: seen, ...own }) => {
    const normed = layerNorm(tokens!, own, `${name}.ln_1`);
    const attended = tf.add(tokens!, selfAttention(normed, own, `${name}.attn`, heads, seen));
    return tf.add(attended, mlp(layerNorm(attended, own, `${name}.ln_2`), own, `${name}.mlp`));
  };
  const own = Object.entries(params).filter(([key]) => key.startsWith(`${name}.`));
  const given = { ...Object.fromEntries(own), ...(mask ? { mask } : {}) };
  return remat ? checkpoint(block, [x], given) : block([x], given);
}

/** What is added to the scores of L positions so that each attends only to itself and what came before: [L, L]. */
export function causalMask(length: number): Tensor {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    for (let key = query + 1; key < length; key++) values[query * length + key] = Number.NEGATIVE_INFINITY;
  }
  return tf.tensor2d(values, [length, length]);
}
