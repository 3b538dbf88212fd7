import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, describe, it } from "node:test";
import { onnx } from "onnx-proto";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { onnxModel } from "vghif/dist/engine/compile/onnx.js";
import { type InputSpec, trace } from "vghif/dist/engine/compile/trace.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { loadRuntime } from "vghif/dist/engine/runtime.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { checkpoint } from "vghif/dist/nn/remat.js";
import { causalMask, residualBlock } from "vghif/dist/nn/transformer.js";
import { assertSame, numbers, randomParams, randomTensor } from "../tensors.js";

const WIDTH = 6;
const BLOCKS = 3;

function shapes(): Map<string, number[]> {
  const all = new Map<string, number[]>();
  for (let at = 0; at < BLOCKS; at++) {
    const name = `block.${at}`;
    all.set(`${name}.attn.in_proj_weight`, [3 * WIDTH, WIDTH]).set(`${name}.attn.in_proj_bias`, [3 * WIDTH]);
    all.set(`${name}.attn.out_proj.weight`, [WIDTH, WIDTH]).set(`${name}.attn.out_proj.bias`, [WIDTH]);
    all.set(`${name}.mlp.c_fc.weight`, [4 * WIDTH, WIDTH]).set(`${name}.mlp.c_fc.bias`, [4 * WIDTH]);
    all.set(`${name}.mlp.c_proj.weight`, [WIDTH, 4 * WIDTH]).set(`${name}.mlp.c_proj.bias`, [WIDTH]);
    for (const norm of ["ln_1", "ln_2"])
      all.set(`${name}.${norm}.weight`, [WIDTH]).set(`${name}.${norm}.bias`, [WIDTH]);
  }
  return all;
}

/** Loss, gradient by x and gradient by every parameter of three blocks, the text tower's mask included. */
function lossAndGrads(x: Tensor, params: Params, remat: boolean): { loss: Tensor; grads: Tensor[] } {
  const names = Object.keys(params);
  const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => {
    const named = Object.fromEntries(names.map((name, at) => [name, values[at + 1]!]));
    let tokens = values[0]!;
    for (let at = 0; at < BLOCKS; at++) {
      tokens = residualBlock(tokens, named, `block.${at}`, 2, causalMask(5), remat);
    }
    return tf.sum(tf.mul(tf.square(tokens), randomTensor("weights", tokens.shape)));
  })([x, ...Object.values(params)]);
  return { loss: value, grads };
}

const inputs = () => ({ x: randomTensor("x", [7, 5, WIDTH]), params: randomParams(shapes()) });

describe("rematerialisation, eagerly", () => {
  for (const backend of ["cpu", "wasm"]) {
    it(`gives the same loss and gradients bit for bit on ${backend}, and leaves nothing behind`, async () => {
      await startEngine(backend);
      const { x, params } = inputs();
      const before = tf.memory().numTensors;
      const plain = lossAndGrads(x, params, false);
      const remat = lossAndGrads(x, params, true);
      assertSame(remat.loss, plain.loss, "loss");
      for (const [at, grad] of plain.grads.entries())
        assertSame(remat.grads[at]!, grad, ["x", ...Object.keys(params)][at]);
      tf.dispose([plain, remat]);
      assert.equal(tf.memory().numTensors, before);
    });
  }

  it("keeps a block's inputs alone between forward and gradient", async () => {
    await startEngine("cpu");
    const { x, params } = inputs();
    /** Arrays alive when the forward pass is over and the backward pass has not begun. */
    const alive = (remat: boolean): number => {
      let arrays = 0;
      const turning = tf.customGrad((y) => ({
        value: tf.sum(y as Tensor),
        gradFunc: (dy: Tensor) => {
          arrays = tf.memory().numDataBuffers;
          return tf.tile(tf.reshape(dy, [1, 1, 1]), x.shape);
        },
      }));
      const start = tf.memory().numDataBuffers;
      tf.tidy(() => {
        tf.grad((y: Tensor) => {
          let tokens = y;
          for (let at = 0; at < BLOCKS; at++)
            tokens = residualBlock(tokens, params, `block.${at}`, 2, undefined, remat);
          return turning(tokens);
        })(x);
      });
      return arrays - start;
    };
    const [kept, all] = [alive(true), alive(false)];
    assert.equal(kept, BLOCKS + 1); // each block's output, and the loss
    assert.ok(all > 15 * BLOCKS, `${all} arrays`);
  });

  it("works in a block in a block, with two inputs, and with a parameter that has no part in it", async () => {
    await startEngine("cpu");
    const [a, b, w] = [randomTensor("a", [3, 5]), randomTensor("b", [3, 5]), randomTensor("w", [5, 5])];
    const inner = ([u]: readonly Tensor[], { w: weight }: Params): Tensor => tf.matMul(tf.tanh(u!), weight!);
    const grads = (wrap: typeof checkpoint) =>
      tf.grads((x: Tensor, y: Tensor, weight: Tensor, unused: Tensor) =>
        tf.sum(
          tf.add(
            wrap(([p, q], own) => tf.mul(wrap(inner, [p!], own), tf.exp(q!)), [x, y], { w: weight, unused }),
            tf.mul(unused, 0),
          ),
        ),
      )([a, b, w, tf.ones([3, 5])]);
    const plain = grads((block, xs, own) => block(xs, own));
    const remat = grads(checkpoint);
    for (const [at, grad] of plain.entries()) assertSame(remat[at]!, grad, `gradient ${at}`);
  });
});

describe("rematerialisation, compiled", () => {
  before(() => startEngine());

  it("gives the same loss and gradients up to rounding", async () => {
    const { x, params } = inputs();
    const expected = lossAndGrads(x, params, true);
    const program = (given: { x: Tensor; params: Params }) => lossAndGrads(given.x, given.params, true);
    const compiled = await compile(program, { x, params });
    const { loss, grads } = await compiled.run({ x, params });
    await compiled.release();
    const close = (actual: ArrayLike<number>, wanted: Tensor, name: string): void => {
      const values = numbers(wanted);
      const size = Math.max(...values.map(Math.abs));
      for (const [at, value] of values.entries()) {
        assert.ok(Math.abs(actual[at]! - value) <= 1e-5 * size, `${name}: ${actual[at]} for ${value}`);
      }
    };
    close(loss.data, expected.loss, "loss");
    for (const [at, grad] of expected.grads.entries()) close(grads[at]!.data, grad, `gradient ${at}`);
  });

  it("computes the block twice: neither the recorder nor ONNX Runtime merges the two", async (t) => {
    const { x, params } = inputs();
    const specs = new Map<string, InputSpec>([["x", { shape: x.shape, dtype: "float32" }]]);
    for (const [name, { shape }] of Object.entries(params)) specs.set(`params/${name}`, { shape, dtype: "float32" });
    const folder = mkdtempSync(path.join(tmpdir(), "vghif remat "));
    t.after(() => rmSync(folder, { recursive: true }));
    /** Softmaxes in the program as ONNX Runtime would run it. */
    const softmaxes = async (remat: boolean): Promise<number> => {
      const program = (given: { x: Tensor; params: Params }) => lossAndGrads(given.x, given.params, remat);
      const { outputs } = trace(program, { x, params }, specs);
      const optimizedModelFilePath = path.join(folder, "optimized.onnx");
      const session = await (await loadRuntime()).InferenceSession.create(onnxModel(outputs), {
        optimizedModelFilePath,
        logSeverityLevel: 3,
      });
      await session.release();
      const nodes = onnx.ModelProto.decode(readFileSync(optimizedModelFilePath)).graph?.node ?? [];
      return nodes.filter(({ opType }) => opType === "Softmax").length;
    };
    assert.equal(await softmaxes(false), BLOCKS);
    assert.equal(await softmaxes(true), 2 * BLOCKS);
  });

  it("passes every value through its barrier unchanged", async () => {
    const values = [1.5, -0, 0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e-45, -3];
    const barrier = (x: Tensor, after: Tensor) => tf.engine().runKernel("Barrier", { x, after }) as Tensor;
    const program = (given: { flat: Tensor; deep: Tensor; scalar: Tensor; after: Tensor }) => ({
      flat: barrier(given.flat, given.after),
      deep: barrier(given.deep, given.after),
      scalar: barrier(given.scalar, given.after),
    });
    const given = { flat: tf.tensor1d(values), deep: tf.tensor3d(values, [2, 1, 4]), scalar: tf.scalar(-0) };
    const compiled = await compile(program, { ...given, after: tf.tensor2d([[1, 2, 3]]) });
    for (const after of [
      [1, 2, 3],
      [Number.NaN, 1, Number.NaN],
      [Number.NEGATIVE_INFINITY, 0, 0],
    ]) {
      const { flat, deep, scalar } = await compiled.run({ ...given, after: tf.tensor2d([after]) });
      for (const out of [flat, deep])
        assert.deepEqual(new Int32Array(out.data.slice().buffer), new Int32Array(Float32Array.from(values).buffer));
      assert.ok(Object.is(scalar.data[0], -0));
      assert.deepEqual([flat.shape, deep.shape, scalar.shape], [[8], [2, 1, 4], []]);
    }
    await compiled.release();
  });
});
