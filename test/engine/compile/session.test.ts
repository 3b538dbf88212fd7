/** Programs in the thread of the sessions: the event loop goes on, state stays there, constants are shared, memory is flat. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { sessionHost } from "vghif/dist/engine/session/host.js";
import type { Order } from "vghif/dist/engine/session/protocol.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { adamwStep } from "vghif/dist/train/adamw.js";
import { type TensorRecord, trainingStep } from "vghif/dist/train/step.js";
import { randomTensor } from "../../tensors.js";
import { assertClose } from "../close.js";

const MEGABYTE = 2 ** 20;

before(() => startEngine("cpu"));

const hostValue = (tensor: Tensor) => ({ data: tensor.dataSync() as Float32Array, shape: tensor.shape });

test("the event loop goes on while a program runs", async () => {
  const x = tf.mul(randomTensor("x", [1021, 1021]), 1 / 32);
  const powers = ({ x }: { x: Tensor }) => {
    let y = x;
    for (let i = 0; i < 30; i++) y = tf.matMul(y as tf.Tensor2D, x as tf.Tensor2D);
    return { y: tf.sum(y) };
  };
  const compiled = await compile(powers, { x });
  await compiled.run({ x });
  let [ticks, longest, last] = [0, 0, performance.now()];
  const ticker = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    ticks++;
  }, 10);
  const start = performance.now();
  await compiled.run({ x });
  const took = performance.now() - start;
  clearInterval(ticker);
  assert.ok(took > 200, `the program is long enough to tell: ${took} ms`);
  assert.ok(longest < 100 + took / 5, `a run of ${took} ms held the event loop for ${longest} ms`);
  assert.ok(ticks > took / 100, `${ticks} ticks in ${took} ms`);
  await compiled.release();
});

test("state that is held equals state that is passed on, bit for bit", async () => {
  const names = ["a", "b"];
  const start = { a: randomTensor("a", [31, 17]), b: randomTensor("b", [17, 3]) };
  const zeros = () => ({ a: tf.zeros([31, 17]), b: tf.zeros([17, 3]) });
  const loss = (p: TensorRecord, { x }: { x: Tensor }) =>
    tf.mean(tf.square(tf.matMul(tf.tanh(tf.matMul(x as tf.Tensor2D, p.a as tf.Tensor2D)), p.b as tf.Tensor2D)));
  const update = trainingStep(loss, [{ names, lr: 1e-2, weightDecay: 0.1 }]);
  type Inputs = { params: TensorRecord; moments: { m: TensorRecord; v: TensorRecord }; x: Tensor; step: TensorRecord };
  const fn = ({ params, moments, x, step }: Inputs) => {
    const next = update(params, moments, { x }, step as unknown as ReturnType<typeof adamwStep>);
    return { params: next.params, moments: next.state, loss: next.loss };
  };
  const inputsAt = (i: number) => ({
    x: randomTensor(`x${i}`, [i % 2 ? 7 : 11, 31]), // two programs, one state
    step: { ...adamwStep(i, [1e-2]) } as unknown as TensorRecord,
  });
  const state = { params: start, moments: { m: zeros(), v: zeros() } };
  const compiled = await compile(fn, { ...state, ...inputsAt(0) });
  const bound = await compiled.bind<"params" | "moments">(state);
  let passed: Parameters<typeof compiled.run>[0] = { ...state, ...inputsAt(0) };
  for (let i = 0; i < 8; i++) {
    const expected = await compiled.run({ ...passed, ...inputsAt(i) });
    const { loss } = await bound.step(inputsAt(i));
    assert.deepEqual(loss, expected.loss, `loss of step ${i}`);
    passed = { ...passed, params: expected.params, moments: expected.moments };
    const now = await bound.read();
    assert.deepEqual(now.params, expected.params, `parameters after step ${i}`);
    assert.deepEqual(now.moments, expected.moments, `moments after step ${i}`);
  }
  bound.release();
  await assert.rejects(bound.read(), /let go/);
  await compiled.release();
});

test("inputs stay the caller's, and wrong ones are named", async () => {
  const values = Float32Array.of(2, 3, 5, 7);
  const compiled = await compile(({ x }: { x: Tensor }) => ({ y: tf.square(x) }), { x: tf.ones([4]) });
  for (let i = 0; i < 3; i++) {
    const { y } = await compiled.run({ x: { data: values, shape: [4] } });
    assert.deepEqual([...y.data], [4, 9, 25, 49]);
    assert.equal(values.length, 4);
    values[0] = 2;
  }
  const part = { data: values.subarray(1), shape: [4] };
  await assert.rejects(compiled.run({ x: part }), /input "x" has 3 values, expected 4/);
  const stateless = await compile(({ s, x }: { s: Tensor; x: Tensor }) => ({ s: tf.add(s, tf.reshape(x, [1, 4])) }), {
    s: tf.ones([4]),
    x: tf.ones([4]),
  });
  const bound = await stateless.bind<"s">({ s: tf.ones([4]) });
  await assert.rejects(bound.step({ x: tf.ones([4]) }), /state "s" \[4\] needs an output of its name and shape/);
});

test("runs that are started together all end right", async () => {
  const compiled = await compile(({ x }: { x: Tensor }) => ({ y: tf.sum(x) }), { x: tf.ones([2]) });
  const sizes = [2, 3, 5, 7, 11, 13, 17, 2, 3];
  const sums = await Promise.all(sizes.map((size) => compiled.run({ x: tf.fill([size], 2) })));
  assert.deepEqual(
    sums.map(({ y }) => y.data[0]),
    sizes.map((size) => 2 * size),
  );
  await compiled.release();
});

test("large constants: values right, folded once, sent once for all programs", async () => {
  const weight = randomTensor("weight", [307, 311], 0.1);
  const seen = tf.reshape(weight, [311, 307]); // shares its data
  const fn = ({ x }: { x: Tensor }) => ({
    product: tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D),
    other: tf.matMul(x as tf.Tensor2D, tf.transpose(seen as tf.Tensor2D)),
    gram: tf.matMul(tf.matMul(weight as tf.Tensor2D, weight as tf.Tensor2D, false, true), tf.transpose(x)),
    fixed: tf.sum(tf.square(weight), 0),
    weight,
  });
  const host = sessionHost();
  const { ask } = host;
  const orders: Order[] = [];
  host.ask = (order, transfer) => {
    orders.push(order);
    return ask.call(host, order, transfer) as never;
  };
  try {
    const compiled = await compile(fn, { x: randomTensor("x", [2, 307]) });
    for (const rows of [2, 3, 5]) {
      const x = randomTensor(`x${rows}`, [rows, 307]);
      const actual = await compiled.run({ x });
      for (const [name, expected] of Object.entries(fn({ x }))) {
        const { data, shape } = actual[name as keyof typeof actual];
        assertClose(data, expected.dataSync(), 1e-4, name);
        assert.deepEqual(shape, expected.shape);
      }
    }
    assert.deepEqual(weight.dataSync().length, 307 * 311, "the tensor keeps its values");
    const kept = orders.filter(({ type }) => type === "keep").length;
    assert.equal(kept, 1, "one tensor, however often it is used, reshaped or transposed");
    await compiled.release();
    const again = await compile(fn, { x: randomTensor("x", [2, 307]) });
    assert.equal(orders.filter(({ type }) => type === "keep").length, 2, "released, it is sent anew");
    await again.release();
  } finally {
    host.ask = ask;
  }
});

test("500 steps hold memory flat, and release frees it", async () => {
  const rows = 1024;
  const state = { sum: hostValue(tf.zeros([rows, rows])) };
  const accumulate = ({ sum, x }: { sum: Tensor; x: Tensor }) => ({
    sum: tf.add(tf.mul(sum, 0.5), x),
    last: tf.mul(x, 2),
  });
  const compiled = await compile(accumulate, { ...state, x: tf.ones([rows]) });
  const bound = await compiled.bind<"sum">(state);
  const x = { data: new Float32Array(rows).fill(1), shape: [rows] };
  for (let i = 0; i < 100; i++) await bound.step({ x });
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 500; i++) await bound.step({ x });
  const growth = process.memoryUsage().rss - before;
  assert.ok(growth < 24 * MEGABYTE, `500 steps on a state of 4 MB grew by ${growth / MEGABYTE} MB`);
  assert.ok((await bound.read()).sum.data.every((value) => value === 2));

  // Each of more than 32 MB, so that the system's allocator does not keep it for later.
  const large = { sum: hostValue(tf.zeros([5000, 2000])) };
  const many = [await compiled.bind<"sum">(large), await compiled.bind<"sum">(large)];
  await many[1]!.read();
  const full = process.memoryUsage().rss;
  for (const one of many) one.release();
  await bound.read(); // orders are carried out in turn
  const freed = full - process.memoryUsage().rss;
  assert.ok(freed > 60 * MEGABYTE, `of 76 MB released ${freed / MEGABYTE} MB came back`);
  await compiled.release();
});
