/** Scaled dot-product attention, and the self-attention of a CLIP block. */
import { type Params, param, type Tensor, tf } from "./array.js";
import { linear, rows } from "./linear.js";

export interface Attended {
  /** [B, Q, D] */
  readonly output: Tensor;
  /** Each query's weights over the keys, summing to 1: [B, H, Q, K]. */
  readonly weights: Tensor;
}

/** x [B, N, D] cut into heads: [B, H, N, D/H]. */
function splitHeads(x: Tensor, heads: number): Tensor {
  const [batch, length, width] = x.shape as [number, number, number];
  return tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
}

/**
 * softmax(q k^T / sqrt(D/H) + mask) v, head by head.
 * q [B, Q, D], k and v [B, K, D]; mask, if any, broadcasts to [B, H, Q, K] and is added before the softmax.
 */
export function attention(q: Tensor, k: Tensor, v: Tensor, heads: number, mask?: Tensor): Attended {
  const [batch, queries, width] = q.shape as [number, number, number];
  if (width % heads !== 0) throw new Error(`attention: width ${width} is not divisible by ${heads} heads`);
  const scaled = tf.mul(splitHeads(q, heads), (width / heads) ** -0.5);
  const scores = tf.matMul(scaled, splitHeads(k, heads), false, true); // [B, H, Q, K]
  const weights = tf.softmax(mask ? tf.add(scores, mask) : scores);
  const mixed = tf.matMul(weights, splitHeads(v, heads)); // [B, H, Q, D/H]
  return { output: tf.reshape(tf.transpose(mixed, [0, 2, 1, 3]), [batch, queries, width]), weights };
}

/**
 * torch.nn.MultiheadAttention with q = k = v = x [B, N, D]: packed `<name>.in_proj_weight` [3D, D] (rows q, k, v) and
 * `<name>.out_proj`.
 */
export function selfAttention(x: Tensor, params: Params, name: string, heads: number, mask?: Tensor): Tensor {
  const packed = tf.add(rows(x, param(params, `${name}.in_proj_weight`), true), param(params, `${name}.in_proj_bias`));
  const [q, k, v] = tf.split(packed, 3, -1) as [Tensor, Tensor, Tensor];
  return linear(attention(q, k, v, heads, mask).output, params, `${name}.out_proj`);
}
