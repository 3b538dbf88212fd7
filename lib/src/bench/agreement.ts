/** Whether two sides computed the same thing. A benchmark of two different computations is worthless. */
import { readSafetensors } from "../weights/safetensors.js";

export interface Agreement {
  readonly ok: boolean;
  /** Largest absolute difference over all values of all tensors, and the tensor it is in. */
  readonly maxAbs: number;
  readonly tensor: string;
  /** Largest difference of a tensor as a fraction of its own largest value; what the tolerance is for. */
  readonly maxRelative: number;
  /** Largest value of the reference. */
  readonly scale: number;
  readonly values: number;
  /** Why it is not ok; null where it is. */
  readonly problem: string | null;
}

/** A tensor's differences are measured against no less than this fraction of the largest value of all. */
const FLOOR = 1e-4;

/**
 * Compares two files of outputs: same names, same numbers of values, every difference within `tolerance` times the largest
 * absolute value of the reference's tensor. Values that are not finite never agree.
 */
export async function compareOutputs(reference: string, other: string, tolerance: number): Promise<Agreement> {
  const expected = await readSafetensors(reference);
  const actual = await readSafetensors(other);
  const scales = new Map([...expected].map(([name, { data }]) => [name, largest(data)]));
  const scale = Math.max(0, ...scales.values());
  let [maxAbs, maxRelative, values] = [0, 0, 0];
  let [tensor, worst, problem] = ["", "", null as string | null];
  for (const [name, { data }] of expected) {
    const found = actual.get(name);
    if (!found || found.data.length !== data.length) {
      problem ??= found
        ? `"${name}" has ${found.data.length} values instead of ${data.length}`
        : `"${name}" is missing`;
      continue;
    }
    values += data.length;
    const difference = largest(data.map((value, at) => value - found.data[at]!));
    const relative = difference / Math.max(scales.get(name)!, FLOOR * scale, Number.MIN_VALUE);
    if (difference > maxAbs) [maxAbs, tensor] = [difference, name];
    if (relative > maxRelative) [maxRelative, worst] = [relative, name];
  }
  const extra = [...actual.keys()].find((name) => !expected.has(name));
  if (extra !== undefined) problem ??= `"${extra}" is one too many`;
  if (values === 0) problem ??= "there is nothing to compare";
  if (maxRelative > tolerance) {
    problem ??= `"${worst}" differs by ${maxRelative.toExponential(1)} of its largest value, allowed ${tolerance}`;
  }
  return { ok: problem === null, maxAbs, tensor, maxRelative, scale, values, problem };
}

/** The largest absolute value; where one is not finite, the largest number that there is. */
function largest(data: Float32Array | Int32Array | Uint8Array): number {
  let most = 0;
  for (const value of data) {
    if (!Number.isFinite(value)) return Number.MAX_VALUE;
    most = Math.max(most, Math.abs(value));
  }
  return most;
}
