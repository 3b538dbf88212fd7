/**
 * Compiled programs on WebGPU: VgHIF's training as on the CPU, with every operator on the GPU. Needs a Vulkan adapter; Mesa's
 * lavapipe, which computes on the processor, is one. Skips loudly without.
 */
import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { onnxModel } from "vghif/dist/engine/compile/onnx.js";
import { forDevice } from "vghif/dist/engine/compile/passes/device.js";
import { type InputSpec, type Program, trace } from "vghif/dist/engine/compile/trace.js";
import { reportBackends, startEngine } from "vghif/dist/engine/index.js";
import { findAdapter } from "vghif/dist/engine/provider.js";
import { loadRuntime } from "vghif/dist/engine/runtime.js";
import { messageOf } from "vghif/dist/errors.js";
import { textBatch } from "vghif/dist/models/clip.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { type ClipConfig, clipShapes } from "vghif/dist/models/clip-config.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { compiledExecutor } from "vghif/dist/train/executor.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { startState } from "vghif/dist/train/state.js";
import { randomParams, randomTensor } from "../tensors.js";
import { assertClose } from "./close.js";

const CLIP: ClipConfig = {
  embedDim: 12,
  imageResolution: 12,
  patchSize: 4,
  visionLayers: 2,
  visionWidth: 14,
  visionHeads: 2,
  contextLength: 5,
  vocabSize: 23,
  textWidth: 20,
  textHeads: 2,
  textLayers: 1,
};
const IDS = [
  [21, 3, 22, 0, 0],
  [21, 5, 9, 22, 0],
  [21, 22, 0, 0, 0],
];
const CONFIG = { backbone: clipBackbone(CLIP), vghif: { ...VGHIF_DEFAULTS, levels: [1, 2], gate: 0.4 } };

interface Batch {
  readonly pixels: Tensor;
  readonly labels: Tensor;
}

const logitsOf = (params: Params, pixels: Tensor): Tensor =>
  recognize(params, CONFIG, videoTokens(params, CONFIG, pixels), textTokens(params, CONFIG, textBatch(IDS, 5))).logits;
const lossOf = (params: Params, { pixels, labels }: Batch): Tensor => crossEntropy(logitsOf(params, pixels), labels);

/** The loss and its gradient with regard to every parameter. */
function gradients(weights: Params, batch: Batch): { loss: Tensor; grads: Record<string, Tensor> } {
  const names = Object.keys(weights);
  const { value, grads } = tf.valueAndGrads((...values: Tensor[]) =>
    lossOf(Object.fromEntries(names.map((name, at) => [name, values[at]!])), batch),
  )(Object.values(weights));
  return { loss: value, grads: Object.fromEntries(names.map((name, at) => [name, grads[at]!])) };
}

let params: Params;
let groups: { names: string[]; lr: number; weightDecay: number }[];
let batches: Batch[];
/** Why there is no adapter; null where there is one. */
let absent: string | null;

before(async () => {
  absent = await findAdapter("webgpu").then(
    () => null,
    (error: unknown) => messageOf(error),
  );
  await startEngine("onnx");
  const backbone = randomParams(clipShapes(CLIP));
  params = { ...backbone, ...initFusion(CONFIG.vghif, CLIP, backbone, random("fusion").normal) };
  groups = [{ names: Object.keys(params), lr: 3e-3, weightDecay: 0.1 }];
  batches = [0, 1].map((at) => ({
    pixels: randomTensor(`pixels ${at}`, [2, 3, 3, 12, 12]),
    labels: tf.tensor1d([at, 2], "int32"),
  }));
});

function skipped(t: TestContext): boolean {
  if (absent) t.skip(absent);
  return absent !== null;
}

test("logits and gradients are those of the CPU", async (t) => {
  if (skipped(t)) return;
  const program = ({ weights, batch }: { weights: Params; batch: Batch }) => ({
    logits: logitsOf(weights, batch.pixels),
    ...gradients(weights, batch),
  });
  const inputs = { weights: params, batch: batches[0]! };
  const results = [];
  for (const device of ["cpu", "webgpu"] as const) {
    const compiled = await compile(program, inputs, { device });
    results.push(await compiled.run(inputs));
    await compiled.release();
  }
  const [cpu, gpu] = results as [(typeof results)[0], (typeof results)[0]];
  assertClose(gpu.logits.data, cpu.logits.data, 2e-5, "logits");
  for (const [name, { data }] of Object.entries(cpu.grads)) assertClose(gpu.grads[name]!.data, data, 1e-4, name);
});

test("20 steps of AdamW, with the state on the GPU, follow those on the CPU", async (t) => {
  if (skipped(t)) return;
  const start = await startState(params);
  const runs = [];
  for (const backend of ["onnx", "onnx-webgpu"]) {
    const info = await startEngine(backend);
    assert.equal(info.backend, backend);
    const executor = compiledExecutor(lossOf, groups, start);
    const losses: number[] = [];
    for (let step = 0; step < 20; step++) losses.push(await executor.run(batches[step % 2]!, step, [3e-3]));
    runs.push({ losses, ...(await executor.snapshot()) });
    await executor.dispose();
  }
  await startEngine("onnx");
  const [cpu, gpu] = runs as [(typeof runs)[0], (typeof runs)[0]];
  assertClose(gpu.losses, cpu.losses, 1e-3, "loss");
  assert.ok(cpu.losses.at(-1)! < cpu.losses[0]! * 0.7, `loss went from ${cpu.losses[0]} to ${cpu.losses.at(-1)}`);
  for (const name of groups[0]!.names) {
    // The keys' bias has no gradient but rounding, which AdamW makes large.
    if (!name.endsWith("in_proj_bias")) assertClose(gpu.params[name]!.data, cpu.params[name]!.data, 5e-3, name);
  }
});

test("every operator of the training step runs on the GPU", async (t) => {
  if (skipped(t)) return;
  const inputs = { weights: params, batch: batches[0]! };
  const spec = ({ shape, dtype }: Tensor) => ({ shape, dtype: dtype as "float32" | "int32" });
  const specs = new Map([
    ...Object.entries(params).map(([name, tensor]) => [`weights/${name}`, spec(tensor)] as const),
    ["batch/pixels", spec(inputs.batch.pixels)],
    ["batch/labels", spec(inputs.batch.labels)],
  ]);
  const fn = ({ weights, batch }: typeof inputs) => gradients(weights, batch);
  await assertOnGpu(trace(fn, inputs, specs));
});

/** Loads the program where an operator that the GPU lacks is an error. */
async function assertOnGpu(program: Program): Promise<void> {
  const { outputs } = forDevice(program, "webgpu");
  const { InferenceSession } = await loadRuntime();
  const session = await InferenceSession.create(onnxModel(outputs), {
    executionProviders: ["webgpu"],
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: "1" } },
  });
  await session.release();
}

test("signs, arcs, and comparisons and paddings of booleans run on the GPU, with the CPU's values", async (t) => {
  if (skipped(t)) return;
  const inputs = { x: tf.tensor1d([-1, -0.999, -0.5, -1e-3, 0, 1e-6, 0.3, 0.97, 1]), y: tf.scalar(0.1) };
  const fn = ({ x, y }: typeof inputs) => {
    const [above, negative] = [tf.greater(x, y), tf.less(x, 0)];
    return {
      sign: tf.sign(x),
      asin: tf.asin(x),
      acos: tf.acos(x),
      equal: tf.cast(tf.equal(above, negative), "float32"),
      unequal: tf.cast(tf.notEqual(above, negative), "float32"),
      padded: tf.cast(tf.pad(above as tf.Tensor1D, [[2, 3]]), "float32"),
      paddedByOnes: tf.cast(tf.pad(above as tf.Tensor1D, [[2, 3]], 1), "float32"),
    };
  };
  const spec = (shape: number[]): InputSpec => ({ shape, dtype: "float32" });
  const specs = new Map([
    ["x", spec([9])],
    ["y", spec([])],
  ]);
  await assertOnGpu(trace(fn, inputs, specs));
  const compiled = await compile(fn, inputs, { device: "webgpu" });
  const values = await compiled.run(inputs);
  await compiled.release();
  await startEngine("cpu");
  const expected = fn({ x: tf.tensor1d(await inputs.x.data<"float32">()), y: tf.scalar(0.1) });
  for (const [name, tensor] of Object.entries(expected)) {
    const arc = name.startsWith("a");
    assertClose(values[name as keyof typeof expected].data, tensor.dataSync(), arc ? 2e-5 : 0, name);
  }
  await startEngine("onnx");
});

test("software is taken by name only", async (t) => {
  if (skipped(t)) return;
  const reports = await reportBackends();
  const webgpu = reports.find(({ backend }) => backend === "onnx-webgpu")!;
  assert.ok(webgpu.info!.device.length > 0);
  const software = /llvmpipe|lavapipe|swiftshader/i.test(webgpu.info!.device);
  if (software) assert.equal(webgpu.automatic, false, webgpu.info!.device);
  else t.diagnostic(`the adapter is ${webgpu.info!.device}; automatic: ${webgpu.automatic}`);
});
