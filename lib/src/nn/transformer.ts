/** The pre-norm residual block of the CLIP family and the mask of its text tower. */
import { quickGelu } from "./activation.js";
import { type Params, type Tensor, tf } from "./array.js";
import { selfAttention } from "./attention.js";
import { linear } from "./linear.js";
import { layerNorm } from "./norm.js";

/** Two linear layers with QuickGELU between: `<name>.c_fc`, `<name>.c_proj`. x [..., D] -> [..., D]. */
export function mlp(x: Tensor, params: Params, name: string): Tensor {
  return linear(quickGelu(linear(x, params, `${name}.c_fc`)), params, `${name}.c_proj`);
}

/** clip/model.py ResidualAttentionBlock on x [B, N, D] (batch first): `ln_1`, `attn`, `ln_2`, `mlp` below `<name>`. */
export function residualBlock(x: Tensor, params: Params, name: string, heads: number, mask?: Tensor): Tensor {
  const attended = tf.add(x, selfAttention(layerNorm(x, params, `${name}.ln_1`), params, `${name}.attn`, heads, mask));
  return tf.add(attended, mlp(layerNorm(attended, params, `${name}.ln_2`), params, `${name}.mlp`));
}

/** What is added to the scores of L positions so that each attends only to itself and what came before: [L, L]. */
export function causalMask(length: number): Tensor {
  const values = new Float32Array(length * length);
  for (let query = 0; query < length; query++) {
    for (let key = query + 1; key < length; key++) values[query * length + key] = Number.NEGATIVE_INFINITY;
  }
  return tf.tensor2d(values, [length, length]);
}
