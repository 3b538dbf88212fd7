/** The scores of a video from several views (microsoft/VideoX `X-CLIP/main.py`, validate): the sum of their softmax. */

/** Adds softmax(logits) to `sum`, in place. */
export function addSoftmax(sum: Float64Array, logits: ArrayLike<number>): void {
  let highest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) highest = Math.max(highest, logits[k]!);
  const exponentials = Float64Array.from(logits, (logit) => Math.exp(logit - highest));
  const total = exponentials.reduce((a, b) => a + b, 0);
  for (const [k, value] of exponentials.entries()) sum[k]! += value / total;
}
