import assert from "node:assert/strict";

/** Asserts that each number is within `tolerance` of the expected one, relative to it where it is above 1. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of values`);
  for (let i = 0; i < expected.length; i++) {
    const allowed = tolerance * Math.max(1, Math.abs(expected[i]!));
    const same = Object.is(actual[i], expected[i]) || Math.abs(actual[i]! - expected[i]!) <= allowed;
    assert.ok(same, `${what}[${i}]: ${actual[i]} instead of ${expected[i]}`);
  }
}
