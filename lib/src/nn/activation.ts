import { type Tensor, tf } from "./array.js";

/** x * sigmoid(1.702 x), the only activation of the CLIP family (clip/model.py QuickGELU). */
export function quickGelu(x: Tensor): Tensor {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}
