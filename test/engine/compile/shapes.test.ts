/** A function is recorded once for each combination of shapes and types, and the programs used last are kept. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { randomTensor } from "../../tensors.js";
import { assertClose } from "../close.js";

before(() => startEngine("cpu"));

test("six shapes and room for four programs", async () => {
  const recorded: number[] = [];
  const compiled = await compile(
    ({ x }: { x: Tensor }) => {
      recorded.push(x.shape[0]!);
      return { y: tf.sum(tf.square(x), -1) };
    },
    { x: tf.ones([2, 3]) },
  );
  const run = async (rows: number): Promise<void> => {
    const x = randomTensor("x", [rows, 3]);
    const { y } = await compiled.run({ x });
    assert.deepEqual(y.shape, [rows]);
    assertClose(y.data, tf.sum(tf.square(x), -1).dataSync(), 1e-6, `${rows} rows`);
  };
  for (const rows of [2, 3, 5, 7, 11, 13]) await run(rows);
  assert.deepEqual(recorded, [2, 3, 5, 7, 11, 13], "each shape is recorded once");
  for (const rows of [13, 11, 7, 5]) await run(rows);
  assert.equal(recorded.length, 6, "the last four are kept");
  await run(2);
  assert.deepEqual(recorded.slice(6), [2], "the one unused longest was dropped, and is recorded again");
  await run(13);
  assert.deepEqual(recorded.slice(7), [13], "13 rows had become the one unused longest");
  for (const rows of [2, 5, 7]) await run(rows);
  assert.equal(recorded.length, 8);
  await compiled.release();
  await run(2);
  assert.equal(recorded.length, 9, "released programs are compiled anew");
  await compiled.release();
});

test("several runs at once share one recording", async () => {
  let recordings = 0;
  const compiled = await compile(
    ({ x }: { x: Tensor }) => {
      recordings++;
      return { y: tf.mul(x, 2) };
    },
    { x: tf.ones([2]) },
  );
  const results = await Promise.all([5, 5, 2, 5].map((n) => compiled.run({ x: tf.fill([n], n) })));
  assert.deepEqual(
    results.map(({ y }) => [...y.data]),
    [
      [10, 10, 10, 10, 10],
      [10, 10, 10, 10, 10],
      [4, 4],
      [10, 10, 10, 10, 10],
    ],
  );
  assert.equal(recordings, 2);
  await compiled.release();
});

test("other types are other programs", async () => {
  const types: string[] = [];
  const compiled = await compile(
    ({ x }: { x: Tensor }) => {
      types.push(x.dtype);
      return { y: tf.cast(x, "float32") };
    },
    { x: tf.tensor1d([1.5, 2]) },
  );
  const { y } = await compiled.run({ x: tf.tensor1d([3, 4], "int32") });
  const { y: flags } = await compiled.run({ x: tf.tensor1d([1, 0], "bool") });
  assert.deepEqual(
    [types, [...y.data], [...flags.data]],
    [
      ["float32", "int32", "bool"],
      [3, 4],
      [1, 0],
    ],
  );
  await compiled.release();
});
