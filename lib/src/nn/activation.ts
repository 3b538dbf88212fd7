import { type Tensor, tf } from "./array.js";

const STEEPNESS = 1.702;

/**
 * x * sigmoid(1.702 x), the only activation of the CLIP family (clip/model.py QuickGELU). Its derivative, s (1 + z (1 - s))
 * with z = 1.702 x and s = sigmoid(z), takes fewer passes over memory than the one that follows from the single operations.
 */
export function quickGelu(x: Tensor): Tensor {
  const differentiable = tf.customGrad((value, save) => {
    const z = tf.mul(value as Tensor, STEEPNESS);
    const gate = tf.sigmoid(z);
    (save as (kept: Tensor[]) => void)([z, gate]);
    return {
      value: tf.mul(value as Tensor, gate),
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [z, gate] = saved as [Tensor, Tensor];
        return tf.mul(dy, tf.mul(gate, tf.add(tf.mul(z, tf.sub(1, gate)), 1)));
      },
    };
  });
  return differentiable(x);
}
