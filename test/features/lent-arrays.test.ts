import assert from "node:assert/strict";
import { test } from "node:test";
import { hostValues } from "vghif/dist/engine/compile/host-values.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { disposeLent, lentTensor } from "vghif/dist/features/lent-arrays.js";
import { tf } from "vghif/dist/nn/array.js";

const seven = (first: number) => (values: Float32Array) => values.set(Array.from({ length: 7 }, (_, at) => first + at));

test("an array is used again once its tensor is freed, and never by two tensors at a time", async () => {
  await startEngine("wasm");
  const before = tf.memory().numTensors;
  const a = lentTensor([7], seven(0));
  const b = lentTensor([7, 1], seven(100));
  const [ofA, ofB] = [await hostValues(a), await hostValues(b)];
  assert.notEqual(ofA, ofB);
  disposeLent(a);
  disposeLent(a);
  const [c, d] = [lentTensor([1, 7], seven(200)), lentTensor([7], seven(300))];
  assert.equal(await hostValues(c), ofA, "given back once");
  assert.notEqual(await hostValues(d), ofA, "freed twice, not given twice");
  assert.notEqual(await hostValues(d), ofB, "still in use");
  for (const [tensor, first] of [
    [b, 100],
    [c, 200],
    [d, 300],
  ] as const) {
    const expected = Array.from({ length: 7 }, (_, at) => first + at);
    assert.deepEqual([...(await hostValues(tensor))], expected);
    assert.deepEqual([...(await tensor.data())], expected, "on the backend too");
  }
  for (const tensor of [b, c, d]) disposeLent(tensor);
  const other = tf.tensor1d([1, 2, 3]);
  disposeLent(other);
  assert.equal(tf.memory().numTensors, before);
});
