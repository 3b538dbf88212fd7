/** How numbers are written: the same everywhere that a reader meets them. */
import type { Interval, Summary } from "./statistics.js";

/** Not run, not reported, not known. */
export const DASH = "—";

/** Percent with one decimal: "62.1". */
export function percent(value: number): string {
  return value.toFixed(1);
}

/** "62.1 ± 1.3" (mean and standard deviation over seeds), "62.1" for one seed, a dash for none. */
export function meanAndSd(summary: Summary | null): string {
  if (summary === null) return DASH;
  return summary.sd === null ? percent(summary.mean) : `${percent(summary.mean)} ± ${percent(summary.sd)}`;
}

/** Percentage points with their sign: "+1.2", "−0.4", "0.0". */
export function signed(value: number): string {
  const text = Math.abs(value).toFixed(1);
  if (text === "0.0") return text;
  return `${value > 0 ? "+" : "−"}${text}`;
}

/** "+0.4 to +2.0". */
export function signedInterval([low, high]: Interval): string {
  return `${signed(low)} to ${signed(high)}`;
}

/** "[+0.4, +2.0]". */
export function bracketed([low, high]: Interval): string {
  return `[${signed(low)}, ${signed(high)}]`;
}

/** A p-value: "p = 0.031", "p < 0.001". */
export function pValue(p: number): string {
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}
