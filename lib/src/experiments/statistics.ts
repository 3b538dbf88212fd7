/**
 * Statistics over seeds. Values are accuracies in percent, so differences and intervals are percentage points.
 * Intervals and p-values are Student's t (jstat): exact for normal errors, and honest about few seeds, where they are
 * wide. What cannot be known (one seed; no spread at all) is null, never 0 or infinity. Tables take the p-values from here, and the
 * intervals of differences from bootstrap.ts, which also counts the chance of test videos.
 */
import { jStat } from "jstat";

/** A mean over seeds. */
export interface Summary {
  /** Number of values. */
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1); null for one value. */
  readonly sd: number | null;
  /** 95 % interval of the mean, Student's t with n - 1 degrees of freedom; null where there is no spread to judge by. */
  readonly interval: Interval | null;
}

export type Interval = readonly [low: number, high: number];

/** The difference of two models that ran with the same seeds, hence the same shots, orders and initial weights. */
export interface PairedDifference extends Summary {
  /** Two-sided p-value of "the mean difference is 0" (paired t-test); null where the interval is. */
  readonly p: number | null;
}

/**
 * Mean, standard deviation and 95 % interval of the mean.
 *
 * @throws Error for no values, or one that is not finite
 */
export function summarise(values: readonly number[]): Summary {
  const n = values.length;
  if (n === 0) throw new Error("a summary needs at least one value");
  if (!values.every(Number.isFinite)) throw new Error(`a summary needs finite values, got ${values.join(", ")}`);
  const mean = jStat.mean(values);
  const sd = n > 1 ? jStat.stdev(values, true) : null;
  const half = sd !== null && hasSpread(sd, mean) ? (criticalT(n - 1) * sd) / Math.sqrt(n) : null;
  return { n, mean, sd, interval: half === null ? null : [mean - half, mean + half] };
}

/**
 * Paired difference `treatment - baseline`, seed by seed.
 *
 * With one seed, or with the very same difference for every seed, there is no spread to judge by: interval and p
 * are null. (A t-test would call three equal differences infinitely significant; accuracies on a finite test set are
 * discrete, and equal differences are common there.)
 *
 * @param baseline, treatment accuracies in percent, same seed at the same index
 * @throws Error where the lengths differ or there is no pair
 */
export function pairedDifference(baseline: readonly number[], treatment: readonly number[]): PairedDifference {
  if (baseline.length !== treatment.length) {
    throw new Error(`a paired difference needs pairs: ${baseline.length} baselines, ${treatment.length} treatments`);
  }
  const summary = summarise(treatment.map((value, index) => value - baseline[index]!));
  if (summary.sd === null || summary.interval === null) return { ...summary, p: null };
  const t = summary.mean / (summary.sd / Math.sqrt(summary.n));
  return { ...summary, p: 2 * jStat.studentt.cdf(-Math.abs(t), summary.n - 1) };
}

/**
 * Holm's step-down correction: p-values that are valid together, in the given order. Null (not tested) stays null
 * and does not count as a test.
 */
export function holm(ps: readonly (number | null)[]): readonly (number | null)[] {
  const tested = ps.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const adjusted: (number | null)[] = ps.map(() => null);
  let running = 0;
  for (const [rank, { p, index }] of tested.entries()) {
    running = Math.max(running, Math.min(1, p * (tested.length - rank)));
    adjusted[index] = running;
  }
  return adjusted;
}

/** The t that a share of 95 % lies within, both sides. */
function criticalT(df: number): number {
  return jStat.studentt.inv(0.975, df);
}

/** Equal values may differ in their last bits after a subtraction; that is no spread. */
function hasSpread(sd: number, mean: number): boolean {
  return sd > 1e-9 * Math.max(1, Math.abs(mean));
}
