/** Training in 16 bits: the loss scale, void steps, resuming, and how close it stays to float32. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { residualBlock } from "vghif/dist/nn/transformer.js";
import { loadCheckpoint, saveCheckpoint } from "vghif/dist/train/checkpoint.js";
import { type Problem, type StepEvent, type TrainOptions, train } from "vghif/dist/train/loop.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { GROWTH_STEPS, nextScale, startScale } from "vghif/dist/train/loss-scale.js";
import { startState, type TrainState } from "vghif/dist/train/state.js";
import type { LossOf } from "vghif/dist/train/step.js";
import { randomParams, randomTensor } from "../tensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif mixed "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine("onnx"));

type Batch = { x: Tensor; y: Tensor };
const [ROWS, FEATURES, CLASSES] = [5, 7, 3];
const LR = 0.01;

const regression: LossOf<Batch> = ({ w, b }, { x, y }) =>
  crossEntropy(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b!), y);

/** Softmax regression on features of this size. */
function problem(size = 1, steps = 20, lossOf = regression): Problem<Batch> {
  return {
    lossOf,
    groups: [{ names: ["w", "b"], lr: LR, weightDecay: 0.01 }],
    schedule: { steps, warmupSteps: 0, minLr: LR },
    stepsPerEpoch: steps,
    batchAt: (step) => {
      const x = randomTensor(`x ${step % 4}`, [ROWS, FEATURES], size);
      return { x, y: tf.argMax(tf.slice(x, [0, 0], [ROWS, CLASSES]), 1) };
    },
    disposeBatch: (batch) => tf.dispose(batch),
  };
}

const start = (size = 1): Promise<TrainState> =>
  startState({ w: randomTensor("w", [FEATURES, CLASSES], 0.1 / size), b: tf.zeros([CLASSES]) });

async function run(task: Problem<Batch>, from: TrainState, options: TrainOptions) {
  const events: (Omit<StepEvent, "snapshot"> & { readonly state: TrainState })[] = [];
  const steps = train(task, from, options);
  for (;;) {
    const next = await steps.next();
    if (next.done) return { events, state: next.value };
    const { snapshot, ...event } = next.value;
    events.push({ ...event, state: await snapshot() });
  }
}

const losses = ({ events }: { readonly events: readonly { readonly loss: number }[] }) =>
  events.map(({ loss }) => loss);

describe("the loss scale", () => {
  it("starts at 2^15, halves on a step that is not finite and doubles after many that are", () => {
    let scale = startScale("float16");
    assert.deepEqual(scale, { scale: 2 ** 15, good: 0, skipped: 0 });
    scale = nextScale(scale, true, "float16");
    assert.deepEqual(scale, { scale: 2 ** 15, good: 1, skipped: 0 });
    scale = nextScale(nextScale(scale, false, "float16"), false, "float16");
    assert.deepEqual(scale, { scale: 2 ** 13, good: 0, skipped: 2 });
    for (let step = 1; step < GROWTH_STEPS; step++) scale = nextScale(scale, true, "float16");
    assert.deepEqual(scale, { scale: 2 ** 13, good: GROWTH_STEPS - 1, skipped: 2 });
    assert.deepEqual(nextScale(scale, true, "float16"), { scale: 2 ** 14, good: 0, skipped: 2 });
  });

  it("has bounds, and bfloat16 needs none", () => {
    const most = { scale: 2 ** 24, good: 6, skipped: 1 };
    assert.deepEqual(nextScale(most, true, "float16", 7), { ...most, good: 7 });
    assert.deepEqual(startScale("bfloat16"), { scale: 1, good: 0, skipped: 0 });
    assert.equal(nextScale({ scale: 1, good: 6, skipped: 0 }, true, "bfloat16", 7).scale, 1);
    const least = { scale: 2 ** -10, good: 0, skipped: 25 };
    assert.throws(() => nextScale(least, false, "float16"), /gradients are not finite in float16/);
  });
});

describe("training in float16", () => {
  it("a step whose gradients overflow changes nothing and halves the scale; then it goes on as from its start", async () => {
    const from = await start(500);
    const { events } = await run(problem(500), from, { precision: "float16" });
    const skipped = events.findIndex(({ lossScale }) => lossScale!.good > 0); // later batches may overflow once more
    assert.ok(skipped >= 3 && skipped < 10, `${skipped} steps were void`);
    for (const [at, { lossScale, state }] of events.slice(0, skipped).entries()) {
      assert.deepEqual(lossScale, { scale: 2 ** (14 - at), good: 0, skipped: at + 1 });
      for (const part of ["params", "m", "v"] as const) {
        for (const name of ["w", "b"]) assert.deepEqual(state[part][name], from[part][name], `${part} of ${name}`);
      }
    }
    // AdamW's very first step moves every weight by the learning rate (and its decay), if it counts as the first.
    const { state, lossScale } = events[skipped]!;
    assert.deepEqual(lossScale, { scale: 2 ** (15 - skipped), good: 1, skipped });
    const [before, now] = [from.params.w!.data, state.params.w!.data];
    for (const [i, value] of now.entries()) {
      const moved = Math.abs(value - before[i]! * (1 - LR * 0.01));
      assert.ok(Math.abs(moved - LR) < 1e-4, `weight ${i} moved by ${moved}`);
    }
    assert.ok(events.at(-1)!.loss < 0.8 * events[0]!.loss);
  });

  it("a gradient that is no number changes nothing, though the loss is finite", async () => {
    const odd: LossOf<Batch> = ({ w, b }, batch) => {
      // sqrt(0) has no slope; only where the first label is 0.
      const zero = tf.mul(tf.sum(tf.square(w!)), tf.cast(tf.slice(batch.y, 0, 1), "float32"));
      return tf.add(regression({ w: w!, b: b! }, batch), tf.mul(tf.sum(tf.sqrt(zero)), 0.01));
    };
    const from = await start();
    const task = problem(1, 12, odd);
    const bad = await Promise.all(
      Array.from({ length: 12 }, async (_, step) => (await task.batchAt(step)).y.dataSync()[0] === 0),
    );
    assert.ok(bad.includes(true) && bad.includes(false), "some batches have such a gradient and some have not");
    for (const precision of ["float16", "bfloat16"] as const) {
      const { events } = await run(task, from, { precision });
      let skipped = 0;
      for (const [step, { loss, lossScale, state }] of events.entries()) {
        if (bad[step]) skipped++;
        assert.ok(Number.isFinite(loss));
        assert.equal(lossScale!.skipped, skipped, `step ${step}`);
        const last = step === 0 ? from : events[step - 1]!.state;
        assert.equal(state.params.w!.data[0] === last.params.w!.data[0], bad[step], `step ${step}`);
      }
    }
  });

  it("ends with one line where no scale helps", async () => {
    const never: LossOf<Batch> = ({ w, b }, batch) =>
      tf.add(regression({ w: w!, b: b! }, batch), tf.sqrt(tf.mul(tf.sum(tf.square(w!)), 0)));
    const steps = run(problem(1, 60, never), await start(), { precision: "float16" });
    await assert.rejects(steps, /training stopped: gradients are not finite in float16.*train in float32/);
  });

  it("continues from a checkpoint bit for bit, scale and all", async () => {
    const [task, options] = [problem(500), { precision: "float16" } as const];
    const begun = { ...(await start(500)), lossScale: { scale: 2 ** 14, good: GROWTH_STEPS - 3, skipped: 0 } };
    const whole = await run(task, begun, options);
    const scales = whole.events.map(({ lossScale }) => lossScale!.scale);
    assert.ok(new Set(scales).size > 3, `scales ${scales}`);
    const file = path.join(folder, "checkpoint.safetensors");
    await saveCheckpoint(file, whole.events[5]!.state, "run");
    const { state } = await loadCheckpoint(file, "run");
    assert.deepEqual(state.lossScale, whole.events[5]!.lossScale);
    const resumed = await run(task, state, options);
    assert.deepEqual(losses(resumed), losses(whole).slice(6));
    assert.deepEqual(resumed.state, whole.state);
  });

  it("doubles the scale once enough steps went well", async () => {
    const begun = { ...(await start()), lossScale: { scale: 2 ** 9, good: GROWTH_STEPS - 2, skipped: 0 } };
    const { events } = await run(problem(1, 4), begun, { precision: "float16" });
    assert.deepEqual(
      events.map(({ lossScale }) => lossScale!.scale),
      [2 ** 9, 2 ** 10, 2 ** 10, 2 ** 10],
    );
  });

  it("is refused op by op", async () => {
    const steps = run(problem(), await start(), { precision: "float16", compiled: false });
    await assert.rejects(steps, /needs compiled training steps/);
  });
});

describe("100 steps of a transformer block", () => {
  const [WIDTH, LENGTH, STEPS] = [14, 7, 100];
  const shapes = new Map<string, readonly number[]>([
    ["table", [11, WIDTH]],
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
    ["head", [WIDTH, CLASSES]],
  ]);
  const task: Problem<Batch> = {
    ...problem(1, STEPS),
    lossOf: (params, { x, y }) => {
      const tokens = residualBlock(tf.gather(params.table!, x as tf.Tensor2D), params, "block", 2);
      return crossEntropy(tf.matMul(tf.mean(tokens, 1) as tf.Tensor2D, params.head as tf.Tensor2D), y);
    },
    groups: [{ names: [...shapes.keys()], lr: 1e-2, weightDecay: 0.01 }],
    schedule: { steps: STEPS, warmupSteps: 5, minLr: 1e-4 },
    batchAt: (step) => {
      const ids = Int32Array.from({ length: 13 * LENGTH }, (_, i) => (i * i + 3 * (step % 5)) % 11);
      const labels = Int32Array.from({ length: 13 }, (_, i) => ids[i * LENGTH]! % CLASSES);
      return { x: tf.tensor2d(ids, [13, LENGTH]), y: tf.tensor1d(labels) };
    },
  };

  it("take float32's course in float16 and bfloat16, and end near its loss", async () => {
    const from = async () => startState(randomParams(shapes));
    const exact = losses(await run(task, await from(), {}));
    assert.ok(exact.at(-1)! < 0.7 * exact[0]!, `float32 goes from ${exact[0]} to ${exact.at(-1)}`);
    for (const [precision, most] of [
      ["float16", 0.01],
      ["bfloat16", 0.03],
    ] as const) {
      const { events } = await run(task, await from(), { precision });
      const half = losses({ events });
      assert.notDeepEqual(half, exact);
      const apart = Math.max(...half.map((loss, step) => Math.abs(loss - exact[step]!)));
      assert.ok(apart < most, `${precision}: losses are up to ${apart} apart`);
      assert.equal(events.at(-1)!.lossScale!.skipped, 0);
    }
  });
});
