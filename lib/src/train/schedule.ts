/**
 * The official learning-rate schedule: linear warm-up from 0, then a cosine whose phase counts from step 0, not from the
 * warm-up's end (timm CosineLRScheduler as X-CLIP's and ViFi-CLIP's utils/optimizer.py build_scheduler set it up).
 */

export interface Schedule {
  /** Optimiser steps of the whole run. */
  readonly steps: number;
  readonly warmupSteps: number;
  /** Learning rate at the cosine's end; the official value is a hundredth of the backbone's, for every group. */
  readonly minLr: number;
}

/**
 * The learning rate in force while optimiser step `step` (0-based) runs, for a group with peak rate `baseLr`. The official
 * loop updates the scheduler after the step, with a 0-based count: steps 0 and 1 both run at 0 when there is a warm-up.
 */
export function learningRate(schedule: Schedule, baseLr: number, step: number): number {
  const { steps, warmupSteps, minLr } = schedule;
  const t = step - 1;
  if (t < warmupSteps) return warmupSteps === 0 ? baseLr : (Math.max(t, 0) / warmupSteps) * baseLr;
  if (t >= steps) return minLr;
  return minLr + 0.5 * (baseLr - minLr) * (1 + Math.cos((Math.PI * t) / steps));
}
