/** Draws of a beta distribution, from two gammas (Marsaglia and Tsang 2000, "A simple method for generating gamma variables"). */
import type { Random } from "../random.js";

/** Uniform in (0, 1): never 0, whose logarithm is not finite. */
function positive(stream: Random): number {
  return 1 - stream.next();
}

/** Gamma of this shape, above 0, and scale 1. */
export function gammaDraw(stream: Random, shape: number): number {
  if (shape < 1) return gammaDraw(stream, shape + 1) * positive(stream) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = stream.normal();
    const cube = (1 + c * x) ** 3;
    if (cube > 0 && Math.log(positive(stream)) < 0.5 * x * x + d - d * cube + d * Math.log(cube)) return d * cube;
  }
}

/** Beta(a, b), 0 to 1; both above 0. Beta(1, 1) is uniform. */
export function betaDraw(stream: Random, a: number, b: number): number {
  const x = gammaDraw(stream, a);
  return x / (x + gammaDraw(stream, b));
}
