/** What cannot be compiled is said with its name and the line that did it, and leaves the engine as it was. */
import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";

const example = { x: tf.ones([2, 3]) };

/** The message that compiling `fn` ends with. */
async function messageOf(fn: (x: Tensor) => unknown): Promise<string> {
  try {
    await compile(({ x }: { x: Tensor }) => ({ y: fn(x) as Tensor }), example);
  } catch (error) {
    return (error as Error).message;
  }
  throw new assert.AssertionError({ message: "it was compiled" });
}

/** Where a function of this file stands that has the name. */
const at = (name: string): RegExp => new RegExp(`called at (\\S+\\.)?${name} \\(.*errors\\.test`);

let scopes = 0;
before(async () => {
  await startEngine("cpu");
  scopes = tf.engine().state.scopeStack.length;
});
afterEach(() => {
  assert.equal(tf.getBackend(), "cpu");
  assert.equal(tf.engine().state.scopeStack.length, scopes);
});

test("a kernel that cannot be recorded: its name, why, and the line", async () => {
  const unsupported = (x: Tensor) => tf.unique(tf.reshape(x, [-1])).values;
  const message = await messageOf(unsupported);
  assert.match(message, /^compile: the tfjs kernel "Unique" cannot be compiled: its result's shape depends on values/);
  assert.match(message, at("unsupported"));
});

test("a kernel that nobody knows", async () => {
  const unheardOf = (x: Tensor) => tf.engine().runKernel("Unheard", { x }) as Tensor;
  const message = await messageOf(unheardOf);
  assert.match(message, /^compile: the tfjs kernel "Unheard" cannot be compiled, called/);
  assert.match(message, at("unheardOf"));
});

test("a kernel of a gradient: the line that asked for the gradient", async () => {
  const steepest = (x: Tensor) =>
    tf.grad((y: Tensor) => tf.avgPool(tf.reshape(y, [1, 2, 3, 1]) as tf.Tensor4D, 2, 1, "same"))(x);
  assert.match(await messageOf(steepest), /kernel "AvgPool" cannot be compiled: pooling/);
  const custom = tf.customGrad((x: unknown) => ({
    value: tf.square(x as Tensor),
    gradFunc: (dy: Tensor) => tf.unique(tf.reshape(dy, [-1])).values,
  }));
  const slope = (x: Tensor) => tf.grad(custom)(x);
  const message = await messageOf(slope);
  assert.match(message, /kernel "Unique"/);
  assert.match(message, /called at .*errors\.test/);
});

for (const [how, read] of Object.entries<(x: Tensor) => unknown>({
  dataSync: (x) => tf.scalar(x.dataSync()[0]!),
  arraySync: (x) => tf.tensor(x.arraySync()),
  bufferSync: (x) => tf.scalar(x.bufferSync().get(0, 0)),
  print: (x) => x.print(),
  data: (x) => x.data(),
  array: (x) => x.array(),
  "data, without waiting": (x) => {
    void x.data();
    return x;
  },
  "await data": async (x) => tf.scalar((await x.data())[0]!),
})) {
  test(`values read while recording: ${how}`, async () => {
    const reads = (x: Tensor) => read(tf.square(x));
    const message = await messageOf(reads);
    assert.match(message, /^compile: a tensor's values were read \(data, dataSync, array, print\)/);
    assert.match(message, /return the tensor as an output, called at .*errors\.test/);
  });
}

test("constants can be read", async () => {
  const read: number[][] = [];
  const fn = ({ x }: { x: Tensor }) => {
    read.push([...tf.fill([2], 7).dataSync()], [...tf.range(0, 3, 1, "int32").dataSync()]);
    return { y: tf.mul(x, tf.tensor1d([1, 2, 3])) };
  };
  await (await compile(fn, example)).release();
  assert.deepEqual(read, [
    [7, 7],
    [0, 1, 2],
  ]);
});

test("an asynchronous function", async () => {
  const message = await messageOf(async (x) => tf.square(x));
  assert.match(message, /^compile: the output "y" is a promise \(functions that are compiled cannot wait\)/);
  const whole = compile((async ({ x }: { x: Tensor }) => ({ y: x })) as never, example as never);
  await assert.rejects(whole, /^Error: compile: the output is a promise/);
});

test("outputs that are no tensors", async () => {
  assert.match(await messageOf(() => 3), /the output "y" is a number; expected tensors, lists and records/);
  assert.match(await messageOf(() => ({ z: [null] })), /the output "y\/z\/0" is null/);
  assert.match(await messageOf(() => new Float32Array(2)), /the output "y" is an array of numbers/);
  assert.match(await messageOf(() => ({ data: new Float32Array(2), shape: [2] })), /the output "y" has values already/);
  await assert.rejects(compile((() => undefined) as never, example as never), /the output is undefined/);
});

test("inputs that are no tensors", async () => {
  const fn = ({ x }: { x: Tensor }) => ({ y: x });
  await assert.rejects(compile(fn, { x: "pixels" as never }), /the input "x" is a string/);
});

test("a tensor of another recording, and one that was disposed", async () => {
  let kept: Tensor | undefined;
  const keeps = ({ x }: { x: Tensor }) => {
    kept = tf.square(x);
    return { y: kept };
  };
  await compile(keeps, example);
  assert.match(await messageOf((x) => tf.add(x, kept!)), /disposed/);
});

test("a variable from outside is not frozen silently", async () => {
  const weight = tf.variable(tf.scalar(2), true, "weight");
  assert.match(await messageOf((x) => tf.mul(x, weight)), /variable "weight" is not among the inputs/);
  weight.dispose();
});

test("arithmetic of bools", async () => {
  assert.match(await messageOf((x) => tf.add(tf.greater(x, 0), tf.less(x, 0))), /Add of bool tensors.*cast them/);
});
