/** Normalisations over the last axis. */
import { type Params, param, type Tensor, tf } from "./array.js";

/** Epsilon of every LayerNorm of the CLIP family: inside the square root, on the biased variance. */
export const LAYER_NORM_EPS = 1e-5;

/** torch.nn.LayerNorm over the last axis of x [..., D], gain and shift `<name>.weight` and `<name>.bias` [D]. */
export function layerNorm(x: Tensor, params: Params, name: string, eps = LAYER_NORM_EPS): Tensor {
  const scaled = standardize(x, eps);
  return tf.add(tf.mul(scaled, param(params, `${name}.weight`)), param(params, `${name}.bias`));
}

/** x [..., D] with mean 0 and variance 1 over its last axis: a LayerNorm before its gain and shift. */
function standardize(x: Tensor, eps: number): Tensor {
  const mean = tf.mean(x, -1, true);
  const centred = tf.sub(x, mean);
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.mul(centred, tf.rsqrt(tf.add(variance, eps)));
}

/**
 * A product of `layerNorm(x)` with `matrix` [D, O] by its parts: standardized(x) (gain * matrix) + shift matrix. Gain and shift
 * then have their gradients from those of matrix and offset, and where x is not trained none of x's size is needed.
 */
export function normedProduct(
  x: Tensor,
  params: Params,
  name: string,
  matrix: Tensor,
  eps = LAYER_NORM_EPS,
): { tokens: Tensor; matrix: Tensor; offset: Tensor } {
  const [inner, outer] = matrix.shape as [number, number];
  const gain = tf.reshape(param(params, `${name}.weight`), [inner, 1]);
  const shift = tf.reshape(param(params, `${name}.bias`), [1, inner]);
  const offset = tf.reshape(tf.matMul(shift as tf.Tensor2D, matrix as tf.Tensor2D), [outer]);
  return { tokens: standardize(x, eps), matrix: tf.mul(matrix, gain), offset };
}

/** x [..., E] over its L2 norm, without an epsilon (official CLIP forward). */
export function l2Normalize(x: Tensor): Tensor {
  return tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));
}
