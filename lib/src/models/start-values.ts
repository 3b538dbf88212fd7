/** Start values of fresh parameters, as torch's modules and the official code draw them. */
import { type Tensor, tf } from "../nn/array.js";

/** Random numbers of the caller's seeded stream. */
export interface Draws {
  /** Uniform in [0, 1). */
  next(): number;
  /** Normal with mean 0 and standard deviation 1. */
  normal(): number;
}

/** How one parameter starts. */
export type Start =
  | { readonly kind: "fill"; readonly value: number }
  | { readonly kind: "normal"; readonly std: number }
  /** Normal, cut at -2 and 2 (timm's trunc_normal_ defaults). */
  | { readonly kind: "truncated"; readonly std: number }
  /** Uniform in [-bound, bound]. */
  | { readonly kind: "uniform"; readonly bound: number };

export const ZEROS: Start = { kind: "fill", value: 0 };
export const ONES: Start = { kind: "fill", value: 1 };

/** torch.nn.Linear's default, weight and bias: bound 1 / sqrt(inputs). */
export function linearStart(inputs: number): Start {
  return { kind: "uniform", bound: inputs ** -0.5 };
}

/** torch.nn.MultiheadAttention's packed projection [3D, D]: Xavier's uniform. */
export function packedStart(width: number): Start {
  return { kind: "uniform", bound: Math.sqrt(6 / (4 * width)) };
}

/** Draws one parameter; owned by the caller. */
export function drawStart(start: Start, shape: readonly number[], draws: Draws): Tensor {
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => drawn(start, draws)),
    [...shape],
  );
}

function drawn(start: Start, draws: Draws): number {
  switch (start.kind) {
    case "fill":
      return start.value;
    case "normal":
      return start.std * draws.normal();
    case "uniform":
      return start.bound * (2 * draws.next() - 1);
    case "truncated": {
      let value: number;
      do value = start.std * draws.normal();
      while (Math.abs(value) > 2);
      return value;
    }
  }
}
