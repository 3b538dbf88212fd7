/** The pass that makes one operator of a LayerNorm. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { projected } from "vghif/dist/nn/cross-attention.js";
import { layerNorm, normedProduct } from "vghif/dist/nn/norm.js";
import { randomTensor } from "../../tensors.js";
import { assertSameValues, counts, type Fn, nodesAfter, withGradients } from "./passes.js";

const PASS = ["layer-norm"] as const;
const WIDTH = 13;

const inputs = {
  x: randomTensor("x", [2, 5, WIDTH], 3),
  gain: randomTensor("gain", [WIDTH]),
  shift: randomTensor("shift", [WIDTH]),
};

const norm: Fn = ({ x, gain, shift }) => ({ y: layerNorm(x!, { "n.weight": gain!, "n.bias": shift! }, "n") });

/** The norm written out, with a choice of what is different about it. */
const written =
  (change: { axis?: number; square?: (centred: Tensor, x: Tensor) => Tensor; shape?: number[] }): Fn =>
  ({ x, gain, shift }) => {
    const { axis = -1, square = (centred: Tensor) => tf.square(centred), shape = [WIDTH] } = change;
    const centred = tf.sub(x!, tf.mean(x!, axis, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(square(centred, x!), axis, true), 1e-5));
    const [weight, bias] = [tf.reshape(gain!, shape), tf.reshape(shift!, shape)];
    return { y: tf.add(tf.mul(tf.mul(centred, inverse), weight), bias) };
  };

before(() => startEngine("cpu"));

test("forward: one operator with gain, shift and epsilon", async () => {
  assert.deepEqual(
    counts(norm, inputs, PASS, "LayerNormalization", "ReduceMean", "Mul", "Add", "Part"),
    [1, 0, 0, 0, 0],
  );
  const node = nodesAfter(norm, inputs, PASS).find(({ op }) => op === "LayerNormalization")!;
  assert.deepEqual(
    node.inputs.map(({ name }) => name),
    ["x", "gain", "shift"],
  );
  assert.deepEqual(node.attributes, { axis: { int: -1 }, epsilon: { float: Math.fround(1e-5) } });
  await assertSameValues(norm, inputs, PASS);
});

test("in another order of operands, and with another epsilon", async () => {
  const turned: Fn = ({ x, gain, shift }) => {
    const centred = tf.sub(x!, tf.mean(x!, 2, true));
    const inverse = tf.rsqrt(tf.add(0.25, tf.mean(tf.mul(centred, centred), 2, true)));
    return { y: tf.add(shift!, tf.mul(gain!, tf.mul(inverse, centred))) };
  };
  const [node] = nodesAfter(turned, inputs, PASS).filter(({ op }) => op === "LayerNormalization");
  assert.deepEqual(node?.attributes.epsilon, { float: 0.25 });
  await assertSameValues(turned, inputs, PASS);
});

test("with its gradient: mean and deviation come from the operator", async () => {
  const both = withGradients(norm);
  assert.deepEqual(counts(both, inputs, [], "LayerNormalization", "Part", "Sqrt"), [0, 0, 1]);
  assert.deepEqual(counts(both, inputs, PASS, "LayerNormalization", "Part", "Sqrt"), [1, 2, 0]);
  await assertSameValues(both, inputs, PASS);
});

test("the mean and the deviation are outputs themselves", async () => {
  const open: Fn = ({ x, gain, shift }) => {
    const mean = tf.mean(x!, -1, true);
    const centred = tf.sub(x!, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
    return { mean, y: tf.add(tf.mul(tf.mul(centred, inverse), gain!), shift!), inverse, again: mean };
  };
  assert.deepEqual(counts(open, inputs, PASS, "LayerNormalization", "Part"), [1, 2]);
  await assertSameValues(open, inputs, PASS);
  const noMean: Fn = (given) => ({ inverse: open(given).inverse!, y: open(given).y! });
  assert.deepEqual(counts(noMean, inputs, PASS, "LayerNormalization", "Part"), [1, 1]);
  await assertSameValues(noMean, inputs, PASS);
});

test("without gain and shift, alone and with its gradient", async () => {
  const product: Fn = ({ x, gain, shift, matrix }) => ({
    y: projected(normedProduct(x!, { "n.weight": gain!, "n.bias": shift! }, "n", matrix!)),
  });
  const given = { ...inputs, matrix: randomTensor("matrix", [WIDTH, 3]) };
  assert.deepEqual(counts(product, given, PASS, "LayerNormalization", "ReduceMean"), [1, 0]);
  await assertSameValues(product, given, PASS);
  assert.deepEqual(counts(withGradients(product), given, PASS, "LayerNormalization", "Sqrt"), [1, 0]);
  await assertSameValues(withGradients(product), given, PASS);
});

test("two norms of one value, and a norm of a norm", async () => {
  const two: Fn = ({ x, gain, shift }) => {
    const first = layerNorm(x!, { "n.weight": gain!, "n.bias": shift! }, "n");
    const second = layerNorm(x!, { "n.weight": shift!, "n.bias": gain! }, "n");
    return { first, second, third: layerNorm(first, { "n.weight": shift!, "n.bias": gain! }, "n") };
  };
  assert.deepEqual(counts(two, inputs, PASS, "LayerNormalization", "Part"), [3, 0]);
  await assertSameValues(two, inputs, PASS);
  await assertSameValues(withGradients(two), inputs, PASS, 1e-4);
});

test("a gain that is computed from the mean is no reason for a circle", async () => {
  const circle: Fn = ({ x, shift }) => {
    const gain = tf.reshape(tf.slice(tf.tile(tf.mean(x!, -1, true), [1, 1, WIDTH]), [0, 0, 0], [1, 1, WIDTH]), [WIDTH]);
    return { y: layerNorm(x!, { "n.weight": gain, "n.bias": shift! }, "n") };
  };
  assert.deepEqual(counts(circle, inputs, PASS, "LayerNormalization", "Part"), [1, 0]);
  await assertSameValues(circle, inputs, PASS);
});

const NEAR_MISSES: Readonly<Record<string, Fn>> = {
  "over another axis": written({ axis: 1 }),
  "over two axes": ({ x, gain, shift }) => {
    const centred = tf.sub(x!, tf.mean(x!, [1, 2], true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), [1, 2], true), 1e-5));
    return { y: tf.add(tf.mul(tf.mul(centred, inverse), gain!), shift!) };
  },
  "the square of something else": written({ square: (_centred, x) => tf.square(x) }),
  "the fourth power in place of the square": written({ square: (centred) => tf.square(tf.square(centred)) }),
  "no variance but a deviation": ({ x, gain, shift }) => {
    const centred = tf.sub(x!, tf.mean(x!, -1, true));
    const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
    return { y: tf.add(tf.mul(tf.mul(centred, deviation), gain!), shift!) };
  },
  "an epsilon that is no number": ({ x, gain, shift }) => {
    const centred = tf.sub(x!, tf.mean(x!, -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), tf.sum(tf.square(gain!))));
    return { y: tf.add(tf.mul(tf.mul(centred, inverse), gain!), shift!) };
  },
  "centred on another mean": ({ x, gain, shift }) => {
    const centred = tf.sub(x!, tf.mean(tf.mul(x!, 2), -1, true));
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), 1e-5));
    return { y: tf.add(tf.mul(tf.mul(centred, inverse), gain!), shift!) };
  },
};
for (const [name, fn] of Object.entries(NEAR_MISSES)) {
  test(`not a LayerNorm: ${name}`, async () => {
    assert.deepEqual(counts(fn, inputs, PASS, "LayerNormalization"), [0]);
    await assertSameValues(fn, inputs, PASS, 0);
  });
}

test("gain and shift of another shape stay apart from it", async () => {
  const fn = written({ shape: [1, 1, WIDTH] });
  const [node] = nodesAfter(fn, inputs, PASS).filter(({ op }) => op === "LayerNormalization");
  assert.deepEqual([node?.inputs.length, node?.inputs[1]?.op], [2, "Constant"]);
  await assertSameValues(fn, inputs, PASS);
});
