/** What rematerialisation is for: the most memory that a compiled gradient takes. Each measurement has a process of its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { residualBlock } from "vghif/dist/nn/transformer.js";
import { peakBytes } from "vghif/dist/peak-memory.js";
import { randomParams, randomTensor } from "../tensors.js";

const WIDTH = 64;
const BLOCKS = 10;
const TOKENS = [512, 13, WIDTH] as const;
/** One block's activations are many times this. */
const TOKEN_BYTES = 4 * 512 * 13 * WIDTH;

/** Bytes that a step of gradient descent on a chain of blocks adds to the process's peak. */
async function measure(remat: boolean): Promise<number> {
  await startEngine("onnx");
  const shapes = new Map<string, number[]>();
  for (let at = 0; at < BLOCKS; at++) {
    const name = `block.${at}`;
    shapes.set(`${name}.attn.in_proj_weight`, [3 * WIDTH, WIDTH]).set(`${name}.attn.in_proj_bias`, [3 * WIDTH]);
    shapes.set(`${name}.attn.out_proj.weight`, [WIDTH, WIDTH]).set(`${name}.attn.out_proj.bias`, [WIDTH]);
    shapes.set(`${name}.mlp.c_fc.weight`, [4 * WIDTH, WIDTH]).set(`${name}.mlp.c_fc.bias`, [4 * WIDTH]);
    shapes.set(`${name}.mlp.c_proj.weight`, [WIDTH, 4 * WIDTH]).set(`${name}.mlp.c_proj.bias`, [WIDTH]);
    for (const norm of ["ln_1", "ln_2"])
      shapes.set(`${name}.${norm}.weight`, [WIDTH]).set(`${name}.${norm}.bias`, [WIDTH]);
  }
  const inputs = { x: randomTensor("x", TOKENS), params: randomParams(shapes) };
  const names = [...shapes.keys()];
  const program = ({ x, params }: { x: Tensor; params: Params }) => {
    const grads = tf.grads((...values: Tensor[]) => {
      const named = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
      let tokens = x;
      for (let at = 0; at < BLOCKS; at++) tokens = residualBlock(tokens, named, `block.${at}`, 2, undefined, remat);
      return tf.sum(tf.square(tokens));
    })(names.map((name) => params[name]!));
    return {
      params: Object.fromEntries(names.map((name, at) => [name, tf.sub(params[name]!, tf.mul(grads[at]!, 0.1))])),
    };
  };
  const compiled = await compile(program, inputs);
  const before = peakBytes();
  await compiled.run(inputs);
  return peakBytes() - before;
}

const asked = process.env.MEASURE;
if (asked) void measure(asked === "true").then((bytes) => process.stdout.write(`taken ${bytes};`));

test("a gradient with rematerialisation takes a fraction of the memory", { skip: asked !== undefined }, () => {
  const taken = (remat: boolean): number =>
    Number(
      /taken (\d+);/.exec(
        String(execFileSync(process.execPath, [__filename], { env: { ...process.env, MEASURE: String(remat) } })),
      )?.[1],
    );
  const [kept, all] = [taken(true), taken(false)].map((bytes) => bytes / TOKEN_BYTES) as [number, number];
  assert.ok(all > 20 * BLOCKS, `${all.toFixed(0)} times the tokens without it`);
  assert.ok(kept < 0.4 * all, `${kept.toFixed(0)} times the tokens, ${all.toFixed(0)} without it`);
});
