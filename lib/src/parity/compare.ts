/** Recomputed tensors against reference tensors, one line each. */
import type { HostTensor } from "../weights/safetensors.js";

/** How far a tensor may be from its reference. */
export interface Tolerance {
  /** Largest absolute difference of any element. */
  readonly abs: number;
  /** Or else: largest absolute difference over the reference tensor's largest magnitude. */
  readonly rel?: number;
}

export interface Comparison {
  readonly tensor: string;
  /** Largest absolute difference; null where the tensor could not be computed. */
  readonly maxAbs: number | null;
  /** `maxAbs` over the reference's largest magnitude; null where it could not be computed. */
  readonly maxRel: number | null;
  readonly ok: boolean;
  /** What is wrong, where it is not a matter of numbers. */
  readonly note?: string;
}

/** Compares one tensor. `actual` undefined: it could not be computed, which is not ok. NaN is never ok. */
export function compareTensor(
  tensor: string,
  actual: HostTensor | undefined,
  expected: HostTensor,
  tolerance: Tolerance,
): Comparison {
  const failed = (note: string): Comparison => ({ tensor, maxAbs: null, maxRel: null, ok: false, note });
  if (!actual) return failed("not computed");
  if (actual.shape.join() !== expected.shape.join()) {
    return failed(`shape [${actual.shape}], expected [${expected.shape}]`);
  }
  let maxAbs = 0;
  let scale = 0;
  for (let at = 0; at < expected.data.length; at++) {
    const [a, b] = [actual.data[at]!, expected.data[at]!];
    const difference = Object.is(a, b) || a === b ? 0 : Math.abs(a - b);
    if (Number.isNaN(difference)) return failed(`element ${at} is ${a}, expected ${b}`);
    maxAbs = Math.max(maxAbs, difference);
    scale = Math.max(scale, Math.abs(b));
  }
  const maxRel = maxAbs === 0 ? 0 : maxAbs / scale;
  const ok = maxAbs <= tolerance.abs || (tolerance.rel !== undefined && maxRel <= tolerance.rel);
  return { tensor, maxAbs, maxRel, ok };
}
