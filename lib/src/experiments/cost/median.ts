/** Medians of timings: one slow round does not move them. */
import type { Interval } from "../statistics.js";

export interface MedianSummary {
  readonly n: number;
  readonly median: number;
  /** 95 % interval of the median by order statistics, free of any assumption about the spread; null for fewer than 6 values. */
  readonly interval: Interval | null;
}

/** @throws Error for no values */
export function medianSummary(values: readonly number[]): MedianSummary {
  const n = values.length;
  if (n === 0) throw new Error("a median needs at least one value");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = n >> 1;
  const median = n % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  const rank = lowerRank(n);
  return { n, median, interval: rank === 0 ? null : [sorted[rank - 1]!, sorted[n - rank]!] };
}

/**
 * The rank k, from 1, so that the median lies between the k-th smallest and the k-th largest of n values with 95 % or more: the
 * largest with 2 P(X < k) <= 5 %, X binomial (n, 1/2). 0 where there is none.
 */
function lowerRank(n: number): number {
  let below = 0;
  let term = 2 ** -n;
  for (let k = 0; ; k++) {
    below += term;
    if (2 * below > 0.05) return k;
    term *= (n - k) / (k + 1);
  }
}
