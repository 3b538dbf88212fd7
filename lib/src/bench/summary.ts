/** From what the processes of all rounds reported to one cell. */
import type { Measured, Spread } from "./result.js";
import type { Report } from "./task.js";

/** The middle value; the mean of the middle two of an even number. Of nothing: NaN. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values), n: values.length };
}

/** One cell of the reports of its rounds; at least one report, each of at least one run. */
export function measuredCell(reports: readonly Report[], flops: number | null): Measured {
  const seconds = spreadOf(reports.flatMap((report) => report.seconds));
  const overheads = reports.flatMap(({ seconds: own, baseline }) =>
    baseline.map((before, at) => 100 * (own[at]! / before - 1)),
  );
  return {
    status: "measured",
    seconds,
    rounds: reports.map((report) => median(report.seconds)),
    gflops: flops === null ? null : flops / seconds.median / 1e9,
    peakBytes: Math.max(...reports.map((report) => report.peakBytes)),
    setupSeconds: Math.min(...reports.map((report) => report.setupSeconds)),
    overheadPercent: overheads.length > 0 ? median(overheads) : null,
  };
}

/** The median over rounds of one column's median over another's; only rounds that both have count. */
export function ratioOf(above: Measured, below: Measured): number {
  const rounds = Math.min(above.rounds.length, below.rounds.length);
  return median(Array.from({ length: rounds }, (_, round) => above.rounds[round]! / below.rounds[round]!));
}
