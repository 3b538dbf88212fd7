/**
 * What any backend must do to run our models: the values and gradients of tfjs's plain cpu backend. A backend that is not
 * here is skipped, with the reason; so this file, run on a machine with a GPU, tells whether the GPU computes right.
 */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import { compile } from "vghif/dist/engine/compile/compile.js";
import type { Values } from "vghif/dist/engine/compile/tree.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { messageOf, UserError } from "vghif/dist/errors.js";
import { assertClose } from "./close.js";
import { inputsOf, type OpCase, valueAndGradients } from "./op-case.js";
import { OP_CASES } from "./op-cases.js";

/** Float32 sums in another order. */
const TOLERANCE = 2e-5;

async function results(backend: string, opCase: OpCase): Promise<tf.TypedArray[]> {
  await startEngine(backend);
  return tf.tidy(() => valueAndGradients(opCase, inputsOf(opCase)).map((result) => result.dataSync()));
}

/** Starts the backend; skips the test where it is not here. */
async function started(backend: string, t: TestContext): Promise<boolean> {
  try {
    await startEngine(backend);
    return true;
  } catch (error) {
    assert.ok(error instanceof UserError, messageOf(error));
    t.skip(error.message);
    return false;
  }
}

const partName = (part: number): string => (part === 0 ? "value" : `gradient ${part - 1}`);

for (const backend of ["wasm", "node", "node-gpu"]) {
  test(`backend ${backend} computes what cpu computes`, async (t) => {
    if (!(await started(backend, t))) return;
    for (const opCase of OP_CASES) {
      await t.test(opCase.name, async () => {
        const expected = await results("cpu", opCase);
        const actual = await results(backend, opCase);
        expected.forEach((values, part) => {
          assertClose(actual[part]!, values, TOLERANCE, partName(part));
        });
      });
    }
  });
}

/** Cases that are compiled into one program, for their shaders' sake. */
const TOGETHER = 31;

for (const backend of ["onnx", "onnx-webgpu", "onnx-cuda"]) {
  test(`programs on ${backend} compute what cpu computes`, async (t) => {
    if (!(await started(backend, t))) return;
    for (let first = 0; first < OP_CASES.length; first += TOGETHER) {
      const cases = OP_CASES.slice(first, first + TOGETHER);
      const actual = await compiledResults(backend, cases);
      for (const [at, opCase] of cases.entries()) {
        await t.test(opCase.name, async () => {
          const expected = await results("cpu", opCase);
          expected.forEach((values, part) => {
            assertClose(actual[at]![part]!.data, values, TOLERANCE, partName(part));
          });
        });
      }
    }
  });
}

/** Values and gradients of each case, by one program on this backend. */
async function compiledResults(backend: string, cases: readonly OpCase[]): Promise<Values<tf.Tensor[][]>> {
  await startEngine("cpu");
  const inputs = cases.map(inputsOf);
  await startEngine(backend);
  const all = (tensors: tf.Tensor[][]) => tensors.map((xs, at) => valueAndGradients(cases[at]!, xs));
  const program = await compile(all, inputs);
  const values = await program.run(inputs);
  await program.release();
  return values;
}

test("a training-like loop of 300 steps holds memory flat", async () => {
  await startEngine("wasm");
  const weights = tf.variable(tf.randomNormal([23, 29], 0, 0.1, "float32", 1));
  const table = tf.variable(tf.randomNormal([31, 23], 0, 1, "float32", 2));
  const tokens = tf.tensor2d(
    [
      [3, 17, 30],
      [3, 0, 5],
    ],
    [2, 3],
    "int32",
  );
  const labels = tf.oneHot(tf.tensor1d([4, 11], "int32"), 29);
  const step = () =>
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => {
        const embedded = tf.mean(tf.gather(table, tokens), 1) as tf.Tensor2D;
        return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(tf.matMul(embedded, weights))), -1))) as tf.Scalar;
      });
      for (const variable of [weights, table]) {
        variable.assign(tf.sub(variable, tf.mul(grads[variable.name]!, 0.5)));
      }
      return value.dataSync()[0]!;
    });
  const first = step();
  const { numTensors, numBytes } = tf.memory();
  let last = first;
  for (let i = 1; i < 300; i++) last = step();
  assert.ok(last < first / 10, `loss went from ${first} to ${last}`);
  assert.deepEqual({ numTensors: tf.memory().numTensors, numBytes: tf.memory().numBytes }, { numTensors, numBytes });
  tf.dispose([weights, table, tokens, labels]);
});

test("a wrong name, a missing package and wrong threads are said in one line", async () => {
  await assert.rejects(startEngine("gpu9"), { name: "UserError", message: /unknown backend "gpu9".*wasm/ });
  const info = await startEngine("wasm");
  assert.equal(info.backend, "wasm");
  assert.ok(info.threads >= 1 && info.device.length > 0);
  assert.deepEqual(await startEngine(), info);
});
