/** Accuracy from scores; pure functions of numbers. */

/**
 * Labels of the `count` highest scores of one row, best first; ties go to the lower label. Fewer where the row is shorter.
 * Example: topLabels([0.1, 0.7, 0.2], 2) is [1, 2].
 */
export function topLabels(scores: ArrayLike<number>, count: number): number[] {
  const labels = Array.from(scores, (_, label) => label);
  labels.sort((a, b) => scores[b]! - scores[a]! || a - b);
  return labels.slice(0, count);
}

/** A scored video: its true label and its best labels, best first. */
export interface Prediction {
  readonly label: number;
  readonly best: readonly number[];
}

/** Percent (0 to 100) of predictions whose true label is among their first `k`; NaN where there are none. */
export function topK(predictions: readonly Prediction[], k: number): number {
  const hits = predictions.filter(({ label, best }) => best.slice(0, k).includes(label)).length;
  return (100 * hits) / predictions.length;
}

/** Top-1 percent of each of `classes` classes, in label order; null for a class without predictions. */
export function perClassTop1(predictions: readonly Prediction[], classes: number): (number | null)[] {
  return Array.from({ length: classes }, (_, label) => {
    const own = predictions.filter((prediction) => prediction.label === label);
    return own.length === 0 ? null : topK(own, 1);
  });
}
