/** Values of tensors that were made from arrays which are still here: a program takes those, and nothing is read back. */
import type { Tensor } from "../../nn/array.js";
import type { Value } from "./tree.js";

const known = new WeakMap<Tensor, Value["data"]>();

/** Says that `data` holds the tensor's values, and stays as it is as long as the tensor is used. Returns the tensor. */
export function withHostValues(tensor: Tensor, data: Value["data"]): Tensor {
  known.set(tensor, data);
  return tensor;
}

/** The tensor's values, read only where they are not known: not to be written to. */
export async function hostValues(tensor: Tensor): Promise<Value["data"]> {
  return known.get(tensor) ?? ((await tensor.data()) as Value["data"]);
}
