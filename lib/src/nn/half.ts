/** Rounding to half precision, in values that stay 32-bit. */
import { type Tensor, tf } from "./array.js";

/** The smallest normal half; below it halves are multiples of 2^-24. */
const SMALLEST_NORMAL = 2 ** -14;
/** Added to a float32 of exponent e and taken off again, 1.5 * 2^(e+13) leaves the 11 bits that a half keeps. */
const MAGIC = 1.5 * 2 ** 13;
/** Splits off the leading bit of a float32 (Veltkamp's splitting, 23 bits). */
const SPLIT = 2 ** 23 + 1;

/**
 * x rounded to the nearest half, ties to even, as a cast to float16 and back does; |x| up to 65504. The gradient passes
 * through unchanged, as torch's does through its casts.
 */
export function roundHalf(x: Tensor): Tensor {
  const rounded = tf.customGrad((value) => ({
    value: roundTo11Bits(value as Tensor),
    gradFunc: (dy) => dy as Tensor,
  }));
  return rounded(x);
}

function roundTo11Bits(x: Tensor): Tensor {
  const size = tf.abs(x);
  const scaled = tf.mul(size, SPLIT);
  const leading = tf.sub(scaled, tf.sub(scaled, size)); // a power of two: 2^e or, rounded up, 2^(e+1)
  const power = tf.where(tf.greater(leading, size), tf.mul(leading, 0.5), leading);
  const magic = tf.mul(tf.maximum(power, SMALLEST_NORMAL), MAGIC);
  return tf.sub(tf.add(x, magic), magic);
}
