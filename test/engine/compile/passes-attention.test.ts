/** The pass that makes one operator of attention whose weights nobody else reads. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { attention, selfAttention } from "vghif/dist/nn/attention.js";
import { causalMask } from "vghif/dist/nn/transformer.js";
import { randomTensor } from "../../tensors.js";
import { assertSameValues, counts, type Fn, nodesAfter, withGradients } from "./passes.js";

const PASS = ["attention"] as const;
const [BATCH, QUERIES, KEYS, HEADS, WIDTH] = [2, 5, 7, 3, 33] as const;
const OPS = ["MultiHeadAttention", "Softmax", "Transpose"] as const;

const inputs = {
  q: randomTensor("q", [BATCH, QUERIES, WIDTH]),
  k: randomTensor("k", [BATCH, KEYS, WIDTH]),
  v: randomTensor("v", [BATCH, KEYS, WIDTH]),
};

const cross: Fn = ({ q, k, v }) => ({ y: attention(q!, k!, v!, HEADS).output });

before(() => startEngine("cpu"));

test("cross-attention: one operator with heads and scale", async () => {
  assert.deepEqual(counts(cross, inputs, [], ...OPS), [0, 1, 4]);
  assert.deepEqual(counts(cross, inputs, PASS, ...OPS), [1, 0, 0]);
  const node = nodesAfter(cross, inputs, PASS).find(({ op }) => op === "MultiHeadAttention")!;
  assert.deepEqual(node.attributes, { num_heads: { int: HEADS }, scale: { float: Math.fround(11 ** -0.5) } });
  assert.deepEqual(
    node.inputs.map(({ name }) => name),
    ["q", "k", "v"],
  );
  await assertSameValues(cross, inputs, PASS);
});

test("self-attention of a block, its products beside it, long enough for several tiles", async () => {
  const fn: Fn = ({ x, ...params }) => ({ y: selfAttention(x!, params, "a", HEADS) });
  const given = {
    x: randomTensor("x", [BATCH, 173, WIDTH]),
    "a.in_proj_weight": randomTensor("w", [3 * WIDTH, WIDTH], 0.3),
    "a.in_proj_bias": randomTensor("b", [3 * WIDTH]),
    "a.out_proj.weight": randomTensor("o", [WIDTH, WIDTH], 0.3),
    "a.out_proj.bias": randomTensor("p", [WIDTH]),
  };
  assert.deepEqual(counts(fn, given, PASS, ...OPS), [1, 0, 0]);
  await assertSameValues(fn, given, PASS);
});

test("without a scale", async () => {
  const split = (x: Tensor): Tensor => {
    const [batch, length] = x.shape as [number, number];
    return tf.transpose(tf.reshape(x, [batch, length, HEADS, WIDTH / HEADS]), [0, 2, 1, 3]);
  };
  const fn: Fn = ({ q, k, v }) => {
    const weights = tf.softmax(tf.matMul(split(q!), split(k!), false, true));
    const mixed = tf.transpose(tf.matMul(weights, split(v!)), [0, 2, 1, 3]);
    return { y: tf.reshape(mixed, [BATCH, QUERIES, WIDTH]) };
  };
  const node = nodesAfter(fn, inputs, PASS).find(({ op }) => op === "MultiHeadAttention");
  assert.deepEqual(node?.attributes.scale, { float: 1 });
  await assertSameValues(fn, inputs, PASS);
});

const NEAR_MISSES: Readonly<Record<string, Fn>> = {
  "its weights are an output": ({ q, k, v }) => ({ ...attention(q!, k!, v!, HEADS) }),
  "its gradient reads the weights": withGradients(cross),
  "a mask": ({ q, k, v }) => ({
    y: attention(q!, k!, v!, HEADS, tf.slice(causalMask(KEYS), [0, 0], [QUERIES, KEYS])).output,
  }),
  "softmax over the queries": ({ q, k, v }) =>
    byHand(q!, k!, v!, (scores) => tf.transpose(tf.softmax(tf.transpose(scores, [0, 1, 3, 2])), [0, 1, 3, 2])),
  "heads of the values in another order": ({ q, k, v }) => byHand(q!, k!, v!, tf.softmax, [0, 2, 1, 3], true),
  "heads left side by side": ({ q, k, v }) => byHand(q!, k!, v!, tf.softmax, [0, 2, 3, 1]),
};

function byHand(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  softmax: (scores: Tensor) => Tensor,
  out: number[] = [0, 2, 1, 3],
  interleaved = false,
): Record<string, Tensor> {
  const size = WIDTH / HEADS;
  const split = (x: Tensor): Tensor => tf.transpose(tf.reshape(x, [BATCH, -1, HEADS, size]), [0, 2, 1, 3]);
  const other = (x: Tensor): Tensor => tf.transpose(tf.reshape(x, [BATCH, -1, size, HEADS]), [0, 3, 1, 2]);
  const weights = softmax(tf.matMul(tf.mul(split(q), size ** -0.5), split(k), false, true));
  const mixed = tf.transpose(tf.matMul(weights, interleaved ? other(v) : split(v)), out);
  return { y: tf.reshape(mixed, [BATCH, QUERIES * WIDTH]) };
}

for (const [name, fn] of Object.entries(NEAR_MISSES)) {
  test(`stays as it is: ${name}`, async () => {
    assert.deepEqual(counts(fn, inputs, PASS, "MultiHeadAttention"), [0]);
    await assertSameValues(fn, inputs, PASS, 0);
  });
}

test("by default it is made for the CPU in float32 alone", () => {
  const made = (options: object): number => counts(cross, inputs, options, "MultiHeadAttention")[0]!;
  assert.equal(made({}), 1);
  assert.equal(made({ device: "cpu", precision: "float32" }), 1);
  assert.equal(made({ precision: "float16" }), 0);
  assert.equal(made({ device: "webgpu" }), 0);
  assert.equal(made({ device: "webgpu", passes: PASS }), 1);
  assert.equal(made({ passes: [] }), 0);
});
