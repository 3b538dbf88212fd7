/** ONNX Runtime uses up each gradient when it is made, in whatever order the parameters are named. */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { onnxModel } from "vghif/dist/engine/compile/onnx.js";
import { type InputSpec, trace } from "vghif/dist/engine/compile/trace.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { loadRuntime } from "vghif/dist/engine/runtime.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { checkpoint } from "vghif/dist/nn/remat.js";
import { randomTensor } from "../../tensors.js";

const BLOCKS = 7;
const WIDTH = 5;

before(() => startEngine());

/** The order in which the runtime computes the new parameters of a chain of blocks: the blocks' numbers. */
async function order(names: readonly string[], folder: string): Promise<number[]> {
  const example = {
    x: randomTensor("x", [3, WIDTH]),
    params: Object.fromEntries(names.map((name) => [name, randomTensor(name, [WIDTH, WIDTH])])),
  };
  const program = ({ x, params }: typeof example) => {
    const { grads } = tf.valueAndGrads((...values: Tensor[]) => {
      const named = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
      let y = x;
      for (let at = 0; at < BLOCKS; at++) {
        y = checkpoint(([u], { w }) => tf.tanh(tf.matMul(u!, w!)), [y], { w: named[`block.${at}`]! });
      }
      return tf.sum(tf.square(y));
    })(names.map((name) => params[name]!));
    return {
      params: Object.fromEntries(names.map((name, at) => [name, tf.sub(params[name]!, tf.mul(grads[at]!, 0.1))])),
    };
  };
  const specs = new Map<string, InputSpec>([["x", { shape: [3, WIDTH], dtype: "float32" }]]);
  for (const name of names) specs.set(`params/${name}`, { shape: [WIDTH, WIDTH], dtype: "float32" });
  const { outputs } = trace(program, example, specs);
  const { InferenceSession, Tensor: OrtTensor } = await loadRuntime();
  const session = await InferenceSession.create(onnxModel(outputs), {
    enableProfiling: true,
    profileFilePrefix: path.join(folder, "order"),
    logSeverityLevel: 3,
  });
  const values = new Map<string, Tensor>([
    ["in:x", example.x],
    ...names.map((n) => [`in:params/${n}`, example.params[n]!] as const),
  ]);
  const feeds = session.inputNames.map((name) => {
    const { shape } = values.get(name)!;
    return [name, new OrtTensor("float32", values.get(name)!.dataSync() as Float32Array, shape)];
  });
  await session.run(Object.fromEntries(feeds));
  session.endProfiling();
  await session.release();
  const profile = readdirSync(folder).find((file) => file.startsWith("order"))!;
  const events = JSON.parse(readFileSync(path.join(folder, profile), "utf8")) as { cat: string; name: string }[];
  const run = events.filter(({ cat }) => cat === "Node").map(({ name }) => name.replace(/_kernel_time$/, ""));
  const blocks = new Map(
    names.map((name) => {
      const { op, id } = outputs.get(`params/${name}`)!;
      return [`${op}_${id}`, Number(name.split(".")[1])];
    }),
  );
  return run.flatMap((name) => blocks.get(name) ?? []);
}

test("the last block's parameters are updated first, whatever the order of the outputs", async (t) => {
  const inDepth = Array.from({ length: BLOCKS }, (_, at) => `block.${at}`);
  for (const names of [inDepth, inDepth.toReversed(), [3, 0, 6, 2, 5, 1, 4].map((at) => `block.${at}`)]) {
    const folder = mkdtempSync(path.join(tmpdir(), "vghif order "));
    t.after(() => rmSync(folder, { recursive: true }));
    assert.deepEqual(await order(names, folder), [6, 5, 4, 3, 2, 1, 0], `${names}`);
  }
});
