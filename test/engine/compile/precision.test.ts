/** Mixed precision: which products are halves, what that does to values and gradients, and where it is refused. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { inOrder, type Node } from "vghif/dist/engine/compile/graph.js";
import { inPrecision, type Precision } from "vghif/dist/engine/compile/passes/precision.js";
import { trace } from "vghif/dist/engine/compile/trace.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { findAdapter } from "vghif/dist/engine/provider.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { residualBlock } from "vghif/dist/nn/transformer.js";
import { randomParams, randomTensor } from "../../tensors.js";

const [ROWS, INNER, COLUMNS] = [3, 11, 5];
const WIDTH = 14;
const SHAPES = new Map<string, readonly number[]>([
  ["block.ln_1.weight", [WIDTH]],
  ["block.ln_1.bias", [WIDTH]],
  ["block.attn.in_proj_weight", [3 * WIDTH, WIDTH]],
  ["block.attn.in_proj_bias", [3 * WIDTH]],
  ["block.attn.out_proj.weight", [WIDTH, WIDTH]],
  ["block.attn.out_proj.bias", [WIDTH]],
  ["block.ln_2.weight", [WIDTH]],
  ["block.ln_2.bias", [WIDTH]],
  ["block.mlp.c_fc.weight", [4 * WIDTH, WIDTH]],
  ["block.mlp.c_fc.bias", [4 * WIDTH]],
  ["block.mlp.c_proj.weight", [WIDTH, 4 * WIDTH]],
  ["block.mlp.c_proj.bias", [WIDTH]],
]);

/** Half the distance of neighbouring numbers around 1. */
const UNIT = { float16: 2 ** -11, bfloat16: 2 ** -8 } as const;

/** The nearest number of the type (ties to even), by its definition: 10 or 7 bits behind the point; none overflow here. */
function rounded(value: number, type: "float16" | "bfloat16"): number {
  if (value === 0) return 0;
  const exponent = Math.max(Math.floor(Math.log2(Math.abs(value))), type === "float16" ? -14 : -126);
  const step = 2 ** exponent * 2 * UNIT[type];
  const scaled = value / step;
  const below = Math.floor(scaled);
  const up = scaled - below > 0.5 || (scaled - below === 0.5 && below % 2 !== 0);
  return (below + Number(up)) * step;
}

before(() => startEngine("onnx"));

describe("values", () => {
  for (const precision of ["float16", "bfloat16"] as const) {
    it(`a product's operands and result are rounded to ${precision}, its sums are not`, async () => {
      const inputs = { a: randomTensor("a", [ROWS, INNER]), b: randomTensor("b", [INNER, COLUMNS]) };
      const program = await compile(
        ({ a, b }: typeof inputs) => ({ y: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) }),
        inputs,
        { precision },
      );
      const { y } = await program.run(inputs);
      const [a, b] = [inputs.a, inputs.b].map((x) => Array.from(x.dataSync(), (value) => rounded(value, precision)));
      for (let i = 0; i < ROWS; i++) {
        for (let j = 0; j < COLUMNS; j++) {
          let sum = 0;
          for (let k = 0; k < INNER; k++) sum += a![i * INNER + k]! * b![k * COLUMNS + j]!;
          const expected = rounded(sum, precision);
          // Sums in another order may round to the neighbour.
          const neighbour = 2 * UNIT[precision] * Math.abs(expected);
          const actual = y.data[i * COLUMNS + j]!;
          assert.equal(actual, rounded(actual, precision), "the result is a half");
          assert.ok(Math.abs(actual - expected) <= neighbour, `${actual} instead of ${expected}`);
        }
      }
      await program.release();
    });

    it(`a block's output and gradients in ${precision} are within its rounding of float32's`, async () => {
      const names = [...SHAPES.keys()];
      const program = ({ params, x }: { params: Params; x: Tensor }) => {
        const loss = (...values: Tensor[]) => {
          const trained = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
          return tf.mean(tf.square(residualBlock(x, trained, "block", 2))) as Tensor;
        };
        const { grads } = tf.valueAndGrads(loss)(names.map((name) => params[name]!));
        return { output: residualBlock(x, params, "block", 2), grads };
      };
      const inputs = { params: randomParams(SHAPES), x: randomTensor("x", [2, 7, WIDTH]) };
      const run = async (type: Precision) => (await compile(program, inputs, { precision: type })).run(inputs);
      const [exact, half] = [await run("float32"), await run(precision)];
      const pairs = [
        [half.output, exact.output] as const,
        ...exact.grads.map((grad, i) => [half.grads[i]!, grad] as const),
      ];
      pairs.forEach(([actual, expected], at) => {
        const name = at === 0 ? "output" : names[at - 1]!;
        // The keys' bias has no gradient but rounding.
        const counts = (i: number): boolean => !(name.endsWith("in_proj_bias") && Math.floor(i / WIDTH) === 1);
        const largest = Math.max(...Array.from(expected.data, Math.abs));
        const differences = Array.from(expected.data, (value, i) =>
          counts(i) ? Math.abs(value - actual.data[i]!) : 0,
        );
        const difference = Math.max(...differences);
        const bound = 16 * UNIT[precision] * largest; // some ten products one after another
        assert.ok(difference <= bound, `${name}: ${difference} of ${largest}`);
        assert.ok(difference > 0, `${name} is not rounded at all`);
      });
    });
  }

  it("too large a product is infinite in float16, and not in bfloat16 or float32", async () => {
    const inputs = { a: tf.fill([1, 2], 300), b: tf.fill([2, 1], 300) };
    const fn = ({ a, b }: typeof inputs) => ({ y: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) });
    const result = async (precision: Precision) =>
      (await (await compile(fn, inputs, { precision })).run(inputs)).y.data[0];
    assert.equal(await result("float32"), 180_000);
    assert.equal(await result("float16"), Number.POSITIVE_INFINITY);
    assert.equal(await result("bfloat16"), rounded(180_000, "bfloat16"));
  });
});

describe("the program for a GPU", () => {
  const recorded = (fn: (inputs: { x: Tensor; w: Tensor }) => Tensor): Node[] => {
    const inputs = { x: tf.zeros([2, 3, 6]), w: tf.zeros([6, 6]) };
    const specs = new Map(
      Object.entries(inputs).map(([name, { shape }]) => [name, { shape, dtype: "float32" as const }]),
    );
    const program = trace((given: never) => ({ y: fn(given) }), inputs, specs);
    const half = inPrecision(program, "float16", "cuda");
    return inOrder([...half.outputs.values()]);
  };
  const typesOf = (nodes: readonly Node[], op: string) =>
    nodes.filter((node) => node.op === op).map(({ dtype }) => dtype);
  const product = (x: Tensor, w: Tensor): Tensor =>
    tf.reshape(tf.matMul(tf.reshape(x, [6, 6]) as tf.Tensor2D, w as tf.Tensor2D), [2, 3, 6]);

  it("has halves in products alone, and one cast a value", () => {
    const nodes = recorded(({ x, w }) => tf.add(product(tf.softmax(x), w), product(tf.softmax(x), tf.transpose(w))));
    assert.deepEqual(typesOf(nodes, "Gemm"), ["float16", "float16"]);
    assert.deepEqual(typesOf(nodes, "Softmax"), ["float32"]);
    assert.deepEqual(typesOf(nodes, "Add"), ["float32"]);
    const casts = typesOf(nodes, "Cast");
    assert.deepEqual(casts.sort(), ["float16", "float16", "float32", "float32"], "x and w once, two results");
  });

  it("moves halves from product to product without a cast", () => {
    const nodes = recorded(({ x, w }) => {
      const heads = tf.transpose(tf.reshape(product(x, w), [2, 3, 2, 3]), [0, 2, 1, 3]);
      return tf.matMul(heads, heads, false, true);
    });
    assert.deepEqual(typesOf(nodes, "FusedMatMul"), ["float16"]);
    assert.deepEqual(typesOf(nodes, "Transpose"), ["float16"]);
    assert.deepEqual(typesOf(nodes, "Cast").sort(), ["float16", "float16", "float32"], "x, w, and the result");
  });

  it("gives on a GPU's provider what rounding gives on the CPU, weights kept as halves too", async (t) => {
    const found = await findAdapter("webgpu").catch((error: Error) => error.message);
    if (typeof found === "string") return t.skip(`SKIPPED: ${found}`);
    const w = randomTensor("large", [257, 263]); // large enough to be kept beside the program
    const inputs = { x: randomTensor("x", [7, 257]), y: randomTensor("y", [3, 7, 263]) };
    const fn = ({ x, y }: typeof inputs) => {
      const product = tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D);
      return { product, next: tf.matMul(tf.reshape(product, [1, 7, 263]), y, false, true) };
    };
    const run = async (device: "webgpu" | "cpu") =>
      (await compile(fn, inputs, { device, precision: "float16" })).run(inputs);
    const [gpu, cpu] = [await run("webgpu"), await run("cpu")];
    for (const name of ["product", "next"] as const) {
      const largest = Math.max(...Array.from(cpu[name].data, Math.abs));
      const differences = Array.from(cpu[name].data, (value, i) => Math.abs(value - gpu[name].data[i]!));
      assert.ok(Math.max(...differences) < 0.02 * largest, `${name}: ${Math.max(...differences)} of ${largest}`);
      assert.deepEqual(
        Array.from(gpu[name].data.slice(0, 50), (value) => rounded(value, "float16")),
        [...gpu[name].data.slice(0, 50)],
      );
    }
  });

  it("is refused where the device has no such products", () => {
    const outputs = new Map<string, Node>();
    const program = { graph: undefined as never, inputs: outputs, outputs, outputTree: () => undefined };
    const ask = (precision: Precision, device: "webgpu" | "cuda") => () => inPrecision(program, precision, device);
    assert.throws(ask("bfloat16", "webgpu"), /bfloat16 is not there on webgpu, only on cpu and cuda/);
    assert.equal(ask("float32", "webgpu")(), program);
  });
});
