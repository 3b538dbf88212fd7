/** An op as a test case: its inputs by seed, its value and its gradients. */
import * as tf from "@tensorflow/tfjs-core";

export interface OpCase {
  readonly name: string;
  readonly shapes: readonly (readonly number[])[];
  readonly fn: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Inputs are drawn from -1.5..1.5, or from 0.3..1.8 where the op needs positive ones. */
  readonly positive?: boolean;
  /** False where the op has no gradient. Default true. */
  readonly differentiable?: boolean;
}

/** The inputs of a case: the same numbers at every call. */
export function inputsOf(opCase: OpCase): tf.Tensor[] {
  const draw = uniform(opCase.name.length + 1);
  const [low, high] = opCase.positive ? [0.3, 1.8] : [-1.5, 1.5];
  return opCase.shapes.map((shape) => {
    const size = shape.reduce((product, n) => product * n, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => low + (high - low) * draw()),
      [...shape],
      "float32",
    );
  });
}

/** Uniform numbers in [0, 1) by seed (mulberry32). */
export function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The op's value, and the gradients of a weighted sum of it. */
export function valueAndGradients({ fn, differentiable = true }: OpCase, inputs: tf.Tensor[]): tf.Tensor[] {
  const value = fn(...inputs);
  if (!differentiable) return [value];
  const draw = uniform(17);
  const weights = tf.tensor(
    Float32Array.from({ length: value.size }, () => draw() - 0.4),
    value.shape,
  );
  return [value, ...tf.grads((...xs: tf.Tensor[]) => tf.sum(tf.mul(fn(...xs), weights)))(inputs)];
}
