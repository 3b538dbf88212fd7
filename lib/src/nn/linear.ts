/** Products with a weight matrix, over the last axis of a tensor of any rank. */
import { type Params, param, type Tensor, tf } from "./array.js";

/** x [..., I] times matrix [I, O] -> [..., O]. Official raw projections (`visual.proj`, `text_projection`) are such. */
export function project(x: Tensor, matrix: Tensor): Tensor {
  return rows(x, matrix, false);
}

/**
 * torch.nn.Linear: x [..., I] -> [..., O] with `<name>.weight` [O, I] and, where the checkpoint has it, `<name>.bias` [O].
 */
export function linear(x: Tensor, params: Params, name: string): Tensor {
  const y = rows(x, param(params, `${name}.weight`), true);
  const bias = params[`${name}.bias`];
  return bias ? tf.add(y, bias) : y;
}

/** x [..., I] times a weight stored [O, I] (`transposed`) or [I, O], as one plain product of rank 2. */
export function rows(x: Tensor, weight: Tensor, transposed: boolean): Tensor {
  const inner = x.shape[x.rank - 1]!;
  const outer = weight.shape[transposed ? 0 : 1]!;
  const flat = tf.reshape(x, [-1, inner]);
  const product = tf.matMul(flat as tf.Tensor2D, weight as tf.Tensor2D, false, transposed);
  return tf.reshape(product, [...x.shape.slice(0, -1), outer]);
}
