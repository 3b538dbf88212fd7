/** Normalisations over the last axis. */
import { type Params, param, type Tensor, tf } from "./array.js";

/** Epsilon of every LayerNorm of the CLIP family: inside the square root, on the biased variance. */
export const LAYER_NORM_EPS = 1e-5;

/** torch.nn.LayerNorm over the last axis of x [..., D], gain and shift `<name>.weight` and `<name>.bias` [D]. */
export function layerNorm(x: Tensor, params: Params, name: string, eps = LAYER_NORM_EPS): Tensor {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), -1, true);
  const scaled = tf.mul(centred, tf.rsqrt(tf.add(variance, eps)));
  return tf.add(tf.mul(scaled, param(params, `${name}.weight`)), param(params, `${name}.bias`));
}

/** x [..., E] over its L2 norm, without an epsilon (official CLIP forward). */
export function l2Normalize(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));
}
