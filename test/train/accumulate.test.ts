import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { batchIndices, inParts, stepsPerEpoch } from "vghif/dist/train/batches.js";
import { loadCheckpoint, saveCheckpoint } from "vghif/dist/train/checkpoint.js";
import { type Problem, type StepEvent, train } from "vghif/dist/train/loop.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { startState, type TrainState } from "vghif/dist/train/state.js";
import { randomTensor } from "../tensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif accumulate "));
after(() => rmSync(folder, { recursive: true }));

type Batch = { x: Tensor; y: Tensor };
/** 23 examples in batches of 11, 11 and 1; in parts of 3 these are 3 + 3 + 3 + 2, and 1. */
const [EXAMPLES, BATCH, PART, EPOCHS] = [23, 11, 3, 3];
const FEATURES = randomTensor("x", [EXAMPLES, 7]).arraySync() as number[][];

function batchOf(rows: readonly number[]): Batch {
  const labels = rows.map((row) => (FEATURES[row]![0]! > 0 ? 2 : row % 2));
  return { x: tf.tensor2d(rows.map((row) => FEATURES[row]!)), y: tf.tensor1d(labels, "int32") };
}

/** A network of two layers; `parts`: whether its batches are taken in parts; its loss is multiplied by `factor`. */
function problem(parts: boolean, onLoad: (step: number, at: number) => void = () => {}, factor = 1): Problem<Batch> {
  const perEpoch = stepsPerEpoch(EXAMPLES, BATCH);
  const rows = (step: number): number[] => batchIndices(11, step, EXAMPLES, BATCH);
  return {
    lossOf: ({ w, v, b }, { x, y }) => {
      const hidden = tf.tanh(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D));
      return tf.mul(crossEntropy(tf.add(tf.matMul(hidden as tf.Tensor2D, v as tf.Tensor2D), b!), y), factor);
    },
    groups: [
      { names: ["w", "v"], lr: 0.03, weightDecay: 0.01 },
      { names: ["b"], lr: 0.05, weightDecay: 0 },
    ],
    schedule: { steps: EPOCHS * perEpoch, warmupSteps: 0, minLr: 0 },
    stepsPerEpoch: perEpoch,
    batchAt: (step) => batchOf(rows(step)),
    ...(parts
      ? {
          microBatchesAt: (step: number) =>
            inParts(rows(step), PART).map(({ part, share }, at) => ({
              share,
              load: () => {
                onLoad(step, at);
                return batchOf(part);
              },
            })),
        }
      : {}),
    disposeBatch: (batch) => tf.dispose(batch),
  };
}

const start = (): Promise<TrainState> =>
  startState({ w: randomTensor("w", [7, 5], 0.3), v: randomTensor("v", [5, 3], 0.3), b: tf.zeros([3]) });

async function finish(steps: AsyncGenerator<StepEvent, TrainState>): Promise<{ losses: number[]; state: TrainState }> {
  const losses: number[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done) return { losses, state: next.value };
    losses.push(next.value.loss);
  }
}

function assertNear(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number, what: string): void {
  assert.equal(actual.length, expected.length, what);
  for (const [at, value] of Array.from(expected).entries()) {
    assert.ok(Math.abs(actual[at]! - value) <= tolerance, `${what}[${at}]: ${actual[at]}, expected ${value}`);
  }
}

for (const compiled of [false, true]) {
  describe(`gradient accumulation, ${compiled ? "compiled" : "op by op"}`, () => {
    before(() => startEngine());

    it("takes the course of the whole batches, the last part being smaller", async () => {
      const whole = await finish(train(problem(false), await start(), { compiled }));
      const parts = await finish(train(problem(true), await start(), { compiled }));
      assertNear(parts.losses, whole.losses, 1e-5, "losses");
      for (const part of ["params", "m", "v"] as const) {
        for (const [name, { data }] of Object.entries(whole.state[part])) {
          assertNear(parts.state[part][name]!.data, data, 2e-5, `${part} of ${name}`);
        }
      }
      assert.ok(whole.losses[6]! < 0.95 * whole.losses[0]!, `${whole.losses}`);
    });

    it("loads each part when its turn comes, and leaves no tensor behind", async () => {
      const seen: string[] = [];
      const task = problem(true, (step, at) => seen.push(`${step}.${at} ${tf.memory().numTensors}`));
      const from = await start();
      const tensors = tf.memory().numTensors;
      await finish(train(task, from, { compiled }));
      assert.equal(tf.memory().numTensors, tensors);
      const places = seen.map((entry) => entry.split(" ")[0]);
      assert.deepEqual(places.slice(0, 10), "0.0 0.1 0.2 0.3 1.0 1.1 1.2 1.3 2.0 3.0".split(" "));
      const alive = new Set(seen.filter((entry) => !/\.0 /.test(entry)).map((entry) => entry.split(" ")[1]));
      assert.equal(alive.size, 1, `tensors alive before each part but a step's first: ${[...alive]}`);
    });

    it("takes over the start state's arrays where it may", async () => {
      const whole = await finish(train(problem(true), await start(), { compiled }));
      const from = await start();
      const given = await finish(train(problem(true), from, { compiled, handOver: true }));
      assert.deepEqual(given.state, whole.state);
      for (const { data } of Object.values(from.m)) assert.equal(data.length === 0, compiled);
    });

    it("continues from a checkpoint bit for bit", async () => {
      const whole = await finish(train(problem(true), await start(), { compiled }));
      const file = path.join(folder, "checkpoint.safetensors");
      for await (const event of train(problem(true), await start(), { compiled })) {
        if (event.step !== 4) continue;
        await saveCheckpoint(file, await event.snapshot(), "run");
        break;
      }
      const { state } = await loadCheckpoint(file, "run");
      const resumed = await finish(train(problem(true), state, { compiled }));
      assert.deepEqual(resumed.losses, whole.losses.slice(4));
      assert.deepEqual(resumed.state, whole.state);
    });

    it("stops at the first part whose loss is not finite, and loads no other", async () => {
      const sound = problem(true);
      let loaded = 0;
      const damaged: Problem<Batch> = {
        ...sound,
        microBatchesAt: (step) =>
          sound.microBatchesAt!(step).map(({ share, load }, at) => ({
            share,
            load: async () => {
              loaded++;
              const { x, y } = await load();
              return step === 1 && at === 2 ? { x: tf.mul(x, Number.NaN), y } : { x, y };
            },
          })),
      };
      const steps = train(damaged, await start(), { compiled });
      await assert.rejects(finish(steps), /training stopped: the loss is NaN at step 2 of 9/);
      assert.equal(loaded, 4 + 3);
    });

    it("stops between two parts when it is told to", async () => {
      const controller = new AbortController();
      let loaded = 0;
      const task = problem(true, (step, at) => {
        loaded++;
        if (step === 1 && at === 1) controller.abort();
      });
      const steps = train(task, await start(), { compiled, signal: controller.signal });
      await assert.rejects(finish(steps), { name: "AbortError" });
      assert.equal(loaded, 4 + 2);
    });
  });
}

describe("gradient accumulation in float16", () => {
  before(() => startEngine());

  const run = async (parts: boolean, scale: number) => {
    const from = { ...(await start()), lossScale: { scale, good: 0, skipped: 0 } };
    const events: TrainState[] = [];
    const steps = train(problem(parts, undefined, 300), from, { compiled: true, precision: "float16" });
    for await (const event of steps) events.push(await event.snapshot());
    return { from, events };
  };

  it("takes the course of the whole batches where the loss scale fits", async () => {
    const [whole, parts] = [await run(false, 16), await run(true, 16)];
    const [expected, actual] = [whole.events.at(-1)!, parts.events.at(-1)!];
    assert.deepEqual([expected.lossScale, actual.lossScale], Array(2).fill({ scale: 16, good: 9, skipped: 0 }));
    for (const [name, { data }] of Object.entries(expected.params)) {
      assertNear(actual.params[name]!.data, data, 5e-3, name);
    }
  });

  it("changes nothing at a step whose gradients overflow, and goes on from there", async () => {
    const { from, events } = await run(true, 2 ** 13);
    const good = events.findIndex(({ lossScale }) => lossScale!.good > 0);
    assert.ok(good > 1, `${good} void steps`);
    for (const { params, m, v } of events.slice(0, good))
      assert.deepEqual([params, m, v], [from.params, from.m, from.v]);
    const { data } = events[good]!.params.w!;
    assert.ok(data.every((value, at) => Number.isFinite(value) && value !== from.params.w!.data[at]));
  });
});

describe("parts of a batch", () => {
  it("hold every example once, in order, with shares that sum to 1", () => {
    const parts = inParts([5, 3, 2, 7, 1, 0, 4], 3);
    assert.deepEqual(
      parts.map(({ part }) => part),
      [[5, 3, 2], [7, 1, 0], [4]],
    );
    assert.deepEqual(
      parts.map(({ share }) => share),
      [3 / 7, 3 / 7, 1 / 7],
    );
    assert.deepEqual(inParts([8], 3), [{ part: [8], share: 1 }]);
  });
});
