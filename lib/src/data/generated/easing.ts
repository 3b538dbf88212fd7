/** Small functions of time, for courses of movement. */

/** From one value to another. */
export function lerp(from: number, to: number, share: number): number {
  return from + (to - from) * share;
}

/** The value held within 0 and 1. */
export function limit(value: number): number {
  return Math.max(0, Math.min(1, value));
}

/** The share of a span of time that has passed: 0 before it, 1 after it. */
export function during(t: number, start: number, end: number): number {
  return limit((t - start) / (end - start));
}

/** 0 to 1, slow at both ends. */
export function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

/** A parabola: 0 at both ends of 0..1, 1 in the middle. */
export function hop(share: number): number {
  return 4 * share * (1 - share);
}

/** A wave of straight lines between -1 and 1, period 1; -1 at 0. */
export function triangleWave(phase: number): number {
  return 1 - 4 * Math.abs(phase - Math.floor(phase) - 0.5);
}
