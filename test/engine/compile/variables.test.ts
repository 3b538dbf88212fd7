/** tf.variableGrads in compiled functions: variables come in as inputs, by their own names. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { randomTensor } from "../../tensors.js";
import { assertClose } from "../close.js";

interface Inputs {
  readonly weights: { readonly w: tf.Variable; readonly b: tf.Variable; readonly frozen: tf.Variable };
  readonly x: Tensor;
}

const logits = ({ w, b, frozen }: Inputs["weights"], x: Tensor): Tensor =>
  tf.tanh(tf.add(tf.matMul(tf.mul(x, frozen), w), b));

const variables = (): Inputs["weights"] => ({
  w: tf.variable(randomTensor("w", [5, 3]), true, "layer/w"),
  b: tf.variable(randomTensor("b", [3]), true, "layer/b"),
  frozen: tf.variable(randomTensor("frozen", [5]), false, "layer/frozen"),
});

before(() => startEngine("cpu"));

test("gradients by name, of the listed variables and of all", async () => {
  const weights = variables();
  const unrelated = tf.variable(tf.scalar(1), true, "unrelated");
  const x = randomTensor("x", [7, 5]);
  const program = ({ weights, x }: Inputs) => {
    const loss = () => tf.sum(tf.square(logits(weights, x))) as tf.Scalar;
    const listed = tf.variableGrads(loss, [weights.w]);
    const all = tf.variableGrads(loss);
    return { listed: listed.grads, all: all.grads, loss: all.value as Tensor };
  };
  const { numTensors, numBytes } = tf.memory();
  const compiled = await compile(program, { weights, x });
  const actual = await compiled.run({ weights, x });
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [numTensors, numBytes]);
  assert.deepEqual(Object.keys(tf.engine().registeredVariables), ["layer/w", "layer/b", "layer/frozen", "unrelated"]);

  unrelated.dispose();
  const expected = program({ weights, x });
  assert.deepEqual(Object.keys(actual.listed), ["layer/w"]);
  assert.deepEqual(Object.keys(actual.all), ["layer/w", "layer/b"]);
  assertClose(actual.loss.data, expected.loss.dataSync(), 1e-6, "loss");
  for (const [name, grad] of Object.entries(expected.all)) {
    assertClose(actual.all[name]!.data, grad.dataSync(), 1e-5, name);
  }
  assertClose(actual.listed["layer/w"]!.data, expected.listed["layer/w"]!.dataSync(), 1e-5, "listed");
  // The program reads the variables' values at every run.
  weights.b.assign(tf.zeros([3]));
  const later = await compiled.run({ weights, x });
  assertClose(later.loss.data, program({ weights, x }).loss.dataSync(), 1e-6, "loss after a change");
  await compiled.release();
  tf.dispose(Object.values(weights));
});

test("assigned inside, returned as outputs: steps of gradient descent with the state held", async () => {
  const weights = variables();
  const x = randomTensor("x", [7, 5]);
  const step = ({ weights, x }: Inputs) => {
    const { value, grads } = tf.variableGrads(() => tf.mean(tf.square(tf.sub(logits(weights, x), 0.5))) as tf.Scalar);
    for (const variable of [weights.w, weights.b]) {
      variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.3)));
    }
    return { weights, loss: value as Tensor };
  };
  const compiled = await compile(step, { weights, x });
  const bound = await compiled.bind<"weights">({ weights });
  const losses: number[] = [];
  for (let i = 0; i < 10; i++) {
    const { loss } = await bound.step({ x });
    const eager = tf.tidy(() => step({ weights, x }).loss.dataSync()[0]!);
    assertClose(loss.data, [eager], 1e-5, `loss of step ${i}`);
    losses.push(eager);
  }
  assert.ok(losses.at(-1)! < losses[0]! * 0.8, `${losses}`);
  const now = await bound.read();
  assertClose(now.weights.w.data, weights.w.dataSync(), 1e-5, "w");
  assertClose(now.weights.frozen.data, weights.frozen.dataSync(), 0, "frozen");
  await compiled.release();
  tf.dispose(Object.values(weights));
});

test("made inside from a plain input", async () => {
  const x = randomTensor("x", [3]);
  const program = ({ x }: { x: Tensor }) => {
    const variable = tf.variable(x);
    const { grads } = tf.variableGrads(() => tf.sum(tf.exp(variable)) as tf.Scalar, [variable]);
    return { grad: grads[variable.name] as Tensor };
  };
  const { numTensors } = tf.memory();
  const compiled = await compile(program, { x });
  const { grad } = await compiled.run({ x });
  assert.equal(tf.memory().numTensors, numTensors);
  assertClose(grad.data, tf.exp(x).dataSync(), 1e-6, "gradient");
});
