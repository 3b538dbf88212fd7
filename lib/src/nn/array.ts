/**
 * The one door to the tensor library, and the alphabet of axes used by every shape comment:
 * B videos, T frames, N patches, L tokens, S fused tokens, K classes, D width, E joint embedding, H heads,
 * C colour channels, h and w pixels. Batch first; `// [B, T, N, D]` ends each line that changes a shape.
 */
// Registers the gradient of every operation; the core package alone has none under Node.
import "@tensorflow/tfjs";
import * as tf from "@tensorflow/tfjs-core";

export { tf };
export type Tensor = tf.Tensor;

/** A model's parameters by their official state-dict names. Functions borrow them, they never dispose them. */
export type Params = Readonly<Record<string, Tensor>>;

/** The parameter `name`; throws an error that names it when the checkpoint did not hold it. */
export function param(params: Params, name: string): Tensor {
  const value = params[name];
  if (!value) throw new Error(`parameter "${name}" is missing from the model's weights`);
  return value;
}

/** `tf.tidy` for a function that returns a typed structure of tensors: what it returns is kept, all else is freed. */
export function tidy<T extends object>(compute: () => T): T {
  return tf.tidy(() => compute() as unknown as tf.TensorContainer) as unknown as T;
}
