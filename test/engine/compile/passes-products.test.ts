/** The passes that touch products of matrices: a product's factor, and sums over rows. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { tf } from "vghif/dist/nn/array.js";
import { linear } from "vghif/dist/nn/linear.js";
import { randomTensor } from "../../tensors.js";
import { assertSameValues, counts, type Fn, nodesAfter, withGradients } from "./passes.js";

const [ROWS, INNER, OUTER] = [5, 7, 11] as const;
const inputs = {
  x: randomTensor("x", [3, ROWS, INNER]),
  weight: randomTensor("weight", [OUTER, INNER]),
  bias: randomTensor("bias", [OUTER]),
};
const product = (x: tf.Tensor, weight: tf.Tensor): tf.Tensor => linear(x, { "l.weight": weight }, "l");

before(() => startEngine("cpu"));

test("a factor after a product goes into it", async () => {
  const fn: Fn = ({ x, weight }) => ({ y: tf.mul(0.37, product(x!, weight!)) });
  assert.deepEqual(counts(fn, inputs, ["gemm-scale"], "Gemm", "Mul"), [1, 0]);
  const gemm = nodesAfter(fn, inputs, ["gemm-scale"]).find(({ op }) => op === "Gemm")!;
  assert.deepEqual(gemm.attributes, { transA: { int: 0 }, transB: { int: 1 }, alpha: { float: Math.fround(0.37) } });
  await assertSameValues(fn, inputs, ["gemm-scale"]);
});

test("the gradient's factor in AdamW goes into the product that the gradient is", async () => {
  const fn: Fn = (given) => {
    const { "d weight": gradient } = withGradients(({ x, weight }) => ({ y: product(x!, weight!) }))(given);
    const scaled = tf.mul(gradient!, 0.1);
    return { m: scaled, v: tf.square(scaled) };
  };
  const { x, weight } = inputs;
  const [before] = counts(fn, { x, weight }, [], "Mul");
  assert.deepEqual(counts(fn, { x, weight }, ["gemm-scale"], "Mul"), [before! - 2], "of the gradient and of y in it");
  await assertSameValues(fn, { x, weight }, ["gemm-scale"]);
});

const NO_FACTOR: Readonly<Record<string, Fn>> = {
  "the product is read by something else": ({ x, weight }) => {
    const y = product(x!, weight!);
    return { y, scaled: tf.mul(y, 0.37) };
  },
  "a row was added": ({ x, weight, bias }) => ({
    y: tf.mul(0.37, linear(x!, { "l.weight": weight!, "l.bias": bias! }, "l")),
  }),
  "the factor is computed": ({ x, weight, bias }) => ({ y: tf.mul(tf.sum(bias!), product(x!, weight!)) }),
  "the factor is a row": ({ x, weight }) => ({ y: tf.mul(randomTensor("row", [OUTER]), product(x!, weight!)) }),
  "a sum in place of a product": ({ x, weight }) => ({ y: tf.add(0.37, product(x!, weight!)) }),
  "products of a batch": ({ x }) => ({ y: tf.mul(0.37, tf.matMul(x!, x!, false, true)) }),
};

for (const [name, fn] of Object.entries(NO_FACTOR)) {
  test(`no factor of a product: ${name}`, async () => {
    const [gemms, factors] = counts(fn, inputs, [], "Gemm", "Mul");
    assert.deepEqual(counts(fn, inputs, ["gemm-scale"], "Gemm", "Mul"), [gemms, factors]);
    await assertSameValues(fn, inputs, ["gemm-scale"], 0);
  });
}

/** Operators of a sum over these axes of an input of this shape, without and with the pass. */
async function sums(shape: number[], axes: number[], keepDims = false): Promise<number[]> {
  const given = { x: randomTensor("tall", shape) };
  const fn: Fn = ({ x }) => ({ y: tf.sum(x!, axes, keepDims) });
  await assertSameValues(fn, given, ["column-sums"]);
  return counts(fn, given, ["column-sums"], "ReduceSum", "MatMul");
}

test("sums over all rows become a product with ones", async () => {
  assert.deepEqual(await sums([37, 13], [0]), [0, 1]);
  assert.deepEqual(await sums([5, 7, 13], [0, 1]), [0, 1]);
  assert.deepEqual(await sums([5, 7, 13], [1, 0], true), [0, 1]);
});

test("other sums stay", async () => {
  assert.deepEqual(await sums([37, 13], [1]), [1, 0], "over columns");
  assert.deepEqual(await sums([37, 13], [0, 1]), [1, 0], "over everything");
  assert.deepEqual(await sums([5, 7, 13], [0]), [1, 0], "over one of two leading axes");
  assert.deepEqual(await sums([5, 7, 13], [1]), [1, 0], "over the middle axis");
  assert.deepEqual(await sums([31, 13], [0]), [1, 0], "over few rows");
  assert.deepEqual(await sums([37, 1], [0]), [1, 0], "of one column");
  assert.deepEqual(await sums([37], [0]), [1, 0], "of a vector");
  const mean: Fn = ({ x }) => ({ y: tf.mean(x!, 0) });
  assert.deepEqual(counts(mean, { x: randomTensor("tall", [37, 13]) }, ["column-sums"], "MatMul"), [0], "a mean");
  const integers = { x: tf.ones([37, 13], "int32") };
  const total: Fn = ({ x }) => ({ y: tf.sum(x!, 0) });
  assert.deepEqual(counts(total, integers, ["column-sums"], "MatMul"), [0], "of integers");
});
