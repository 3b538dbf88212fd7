/**
 * Batches in arrays that are used again. A fresh array of some megabytes a step has the garbage collector look through the whole
 * heap every few steps: a sixth of a small run's time.
 */
import { withHostValues } from "../engine/compile/host-values.js";
import { type Tensor, tf } from "../nn/array.js";

/** Most bytes that wait for their next use. */
const KEPT_BYTES = 128e6;

const lent = new WeakMap<Tensor, Float32Array>();
const spare = new Map<number, Float32Array[]>();
let spareBytes = 0;

/**
 * A float32 tensor of the values that `fill` writes; every place must be written, since the array may hold an earlier batch.
 * Free it with `disposeLent`; where it is freed otherwise, its array is not used again.
 */
export function lentTensor(shape: readonly number[], fill: (values: Float32Array) => void): Tensor {
  const values = take(shape.reduce((product, size) => product * size, 1));
  fill(values);
  const tensor = withHostValues(tf.tensor(values, [...shape]), values);
  lent.set(tensor, values);
  return tensor;
}

/** Frees a tensor; the array of a lent one is given back. The tensor, and what shares its values, must not be in use. */
export function disposeLent(tensor: Tensor): void {
  tensor.dispose();
  const values = lent.get(tensor);
  if (!values) return;
  lent.delete(tensor);
  if (spareBytes + values.byteLength > KEPT_BYTES) return;
  spareBytes += values.byteLength;
  const same = spare.get(values.length);
  if (same) same.push(values);
  else spare.set(values.length, [values]);
}

function take(length: number): Float32Array {
  const values = spare.get(length)?.pop();
  if (!values) return new Float32Array(length);
  spareBytes -= values.byteLength;
  return values;
}
