/** What cases of single kernels are made of. */
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import type { OpCase } from "../op-case.js";

export const ints = (values: number[], shape?: number[]): Tensor => tf.tensor(values, shape, "int32");
export const asFloat = (x: Tensor): Tensor => tf.cast(x, "float32");

/** A case of one input of 5 x 7. */
export const unary = (name: string, fn: (x: Tensor) => Tensor, options: Partial<OpCase> = {}): OpCase => ({
  name,
  shapes: [[5, 7]],
  fn,
  ...options,
});
/** Of a case that has no gradient. */
export const fixed = { differentiable: false };
