import assert from "node:assert/strict";
import { before, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { tf } from "vghif/dist/nn/array.js";
import { roundHalf } from "vghif/dist/nn/half.js";
import { narrowF16, widenF16 } from "vghif/dist/weights/halves.js";
import { numbers, randomTensor } from "../tensors.js";

before(() => startEngine());

/** The file format's own conversion, written with integer arithmetic. */
function twin(values: readonly number[]): number[] {
  return Array.from(widenF16(narrowF16(Float32Array.from(values))));
}

it("rounds as a cast to half and back does: normals, subnormals, ties, signs and the largest half", () => {
  const random = [1, 0.02, 1e-4, 3e-6, 2e-8, 900].flatMap((std) => numbers(randomTensor(`half ${std}`, [997], std)));
  const ulp = 2 ** -10;
  const ties = [1, 3, 5, 1023].map((odd) => 1 + odd * (ulp / 2));
  const edges = [
    0,
    65504,
    2 ** -14,
    2 ** -14 - 2 ** -25,
    2 ** -24,
    2 ** -25,
    1.5 * 2 ** -24,
    2.5 * 2 ** -24,
    1 - 2 ** -13,
  ];
  const values = [...random, ...ties, ...edges].flatMap((value) => [value, -value]);
  const actual = numbers(roundHalf(tf.tensor1d(values)));
  const expected = twin(values);
  for (const [at, value] of values.entries()) {
    assert.ok(actual[at] === expected[at], `${value} became ${actual[at]}, expected ${expected[at]}`);
  }
});

it("passes gradients through unchanged", () => {
  const x = randomTensor("x", [13], 0.1);
  const probe = randomTensor("probe", [13]);
  const grad = tf.grad((value) => tf.sum(tf.mul(roundHalf(value), probe)))(x);
  assert.deepEqual(numbers(grad), numbers(probe));
});
