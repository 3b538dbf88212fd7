/** What a model should answer where labels are smoothed and clips mixed: rules of microsoft/VideoX `X-CLIP/datasets/blending.py`. */
import type { Mixing } from "./mixing.js";

/**
 * Probabilities [K] of clip `at` of a group with these labels: each label counts 1 - smoothing + smoothing / K and every other
 * class smoothing / K; the clip's and its partner's are added up by their shares of the clip.
 */
export function softTarget(
  labels: readonly number[],
  at: number,
  { share, partners }: Pick<Mixing, "share" | "partners">,
  classes: number,
  smoothing: number,
): Float32Array {
  const rest = Math.fround(1 - share);
  const off = Math.fround(smoothing / classes);
  const on = Math.fround(1 - smoothing + smoothing / classes);
  const level = (label: number, k: number): number => (label === k ? on : off);
  const own = labels[at]!;
  const other = labels[partners[at]!]!;
  return Float32Array.from(
    { length: classes },
    (_, k) => Math.fround(share * level(own, k)) + Math.fround(rest * level(other, k)),
  );
}
