/** How numbers are written: as in the tables (experiments/format.ts). */

/** @param {number} value */
export function percent(value) {
  return value.toFixed(1);
}

/**
 * Percentage points with their sign.
 *
 * @param {number} value
 */
export function signed(value) {
  const text = Math.abs(value).toFixed(1);
  if (text === "0.0") return text;
  return `${value > 0 ? "+" : "−"}${text}`;
}

/**
 * "62.1 ± 1.3", or a dash.
 *
 * @param {{ mean: number, sd: number | null } | null} summary
 */
export function meanAndSd(summary) {
  if (summary === null) return "—";
  return summary.sd === null ? percent(summary.mean) : `${percent(summary.mean)} ± ${percent(summary.sd)}`;
}

/** @param {readonly [number, number] | null} interval */
export function signedInterval(interval) {
  return interval === null ? "no interval" : `${signed(interval[0])} to ${signed(interval[1])}`;
}

/** @param {number | null} p */
export function pValue(p) {
  if (p === null) return "—";
  return p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;
}

/**
 * 20769 as "20 769", with a narrow space that does not break.
 *
 * @param {number} value
 */
export function grouped(value) {
  return String(value).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** @param {readonly number[]} values */
export function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
