import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { batchIndices, stepsPerEpoch } from "vghif/dist/train/batches.js";
import { loadCheckpoint, saveCheckpoint } from "vghif/dist/train/checkpoint.js";
import { type Problem, type StepEvent, train } from "vghif/dist/train/loop.js";
import { crossEntropy, softCrossEntropy } from "vghif/dist/train/loss.js";
import { startState, type TrainState } from "vghif/dist/train/state.js";
import { assertClose, randomTensor } from "../tensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif train "));
after(() => rmSync(folder, { recursive: true }));

type Batch = { x: Tensor; y: Tensor };
const EXAMPLES = 23;
const BATCH = 5;
const EPOCHS = 4;

/** Softmax regression of 23 examples of 7 features into 3 classes. */
function problem(lr = 0.05): Problem<Batch> {
  const x = randomTensor("x", [EXAMPLES, 7]).arraySync() as number[][];
  const perEpoch = stepsPerEpoch(EXAMPLES, BATCH);
  return {
    lossOf: ({ w, b }, batch) => crossEntropy(tf.add(tf.matMul(batch.x as tf.Tensor2D, w as tf.Tensor2D), b!), batch.y),
    groups: [{ names: ["w", "b"], lr, weightDecay: 0.01 }],
    schedule: { steps: EPOCHS * perEpoch, warmupSteps: 2, minLr: 0 },
    stepsPerEpoch: perEpoch,
    batchAt: (step) => {
      const rows = batchIndices(11, step, EXAMPLES, BATCH);
      const labels = rows.map((row) => (x[row]![0]! > 0 ? 2 : row % 2));
      return { x: tf.tensor2d(rows.map((row) => x[row]!)), y: tf.tensor1d(labels, "int32") };
    },
    disposeBatch: (batch) => tf.dispose(batch),
  };
}

const start = (): Promise<TrainState> => startState({ w: randomTensor("w", [7, 3], 0.1), b: tf.zeros([3]) });

async function finish(steps: AsyncGenerator<StepEvent, TrainState>): Promise<{ losses: number[]; state: TrainState }> {
  const losses: number[] = [];
  for (;;) {
    const next = await steps.next();
    if (next.done) return { losses, state: next.value };
    losses.push(next.value.loss);
  }
}

for (const compiled of [false, true]) {
  describe(`training loop, ${compiled ? "compiled" : "op by op"}`, () => {
    before(() => startEngine());

    it("lowers the loss and leaves no tensor behind", async () => {
      const task = problem();
      const from = await start();
      const tensors = tf.memory().numTensors;
      const { losses } = await finish(train(task, from, { compiled }));
      assert.equal(losses.length, 20);
      const mean = (at: number): number => losses.slice(at, at + 5).reduce((a, b) => a + b, 0) / 5;
      assert.ok(mean(15) < 0.7 * mean(0), `${mean(0)} -> ${mean(15)}`);
      assert.equal(tf.memory().numTensors, tensors);
    });

    it("continues from a checkpoint bit for bit", async () => {
      const whole = await finish(train(problem(), await start(), { compiled }));
      const file = path.join(folder, "checkpoint.safetensors");
      for await (const event of train(problem(), await start(), { compiled })) {
        if (event.step !== 7) continue;
        await saveCheckpoint(file, await event.snapshot(), "run-1");
        break;
      }
      const { state } = await loadCheckpoint(file, "run-1");
      const resumed = await finish(train(problem(), state, { compiled }));
      assert.deepEqual(resumed.losses, whole.losses.slice(7));
      assert.deepEqual(resumed.state, whole.state);
    });

    it("stops at the first loss that is not finite, with one line", async () => {
      const sound = problem();
      const damaged: Problem<Batch> = {
        ...sound,
        batchAt: async (step) => {
          const batch = await sound.batchAt(step);
          return step < 3 ? batch : { x: tf.mul(batch.x, Number.NaN), y: batch.y };
        },
      };
      const steps = train(damaged, await start(), { compiled });
      await assert.rejects(finish(steps), /training stopped: the loss is NaN at step 4 of 20/);
    });

    it("stops when it is told to", async () => {
      const controller = new AbortController();
      const steps = train(problem(), await start(), { compiled, signal: controller.signal });
      await steps.next();
      controller.abort();
      await assert.rejects(steps.next(), { name: "AbortError" });
    });
  });
}

describe("training", () => {
  before(() => startEngine());

  it("takes the same course compiled as op by op", async () => {
    const [eager, compiled] = [
      await finish(train(problem(), await start(), { compiled: false })),
      await finish(train(problem(), await start(), { compiled: true })),
    ];
    for (const [at, loss] of eager.losses.entries()) assert.ok(Math.abs(loss - compiled.losses[at]!) < 1e-5);
    for (const name of ["w", "b"]) {
      const [a, b] = [eager.state.params[name]!.data, compiled.state.params[name]!.data];
      assert.ok(Array.from(a).every((value, at) => Math.abs(value - b[at]!) < 1e-4));
    }
  });

  it("does not resume another run's checkpoint", async () => {
    const file = path.join(folder, "other.safetensors");
    await saveCheckpoint(file, await start(), "run-1");
    await assert.rejects(loadCheckpoint(file, "run-2"), /belongs to another run \(run-1\)/);
  });
});

describe("order of examples", () => {
  it("shows every example once an epoch, in another order each epoch and seed", () => {
    const epoch = (seed: number, number: number): number[] =>
      Array.from({ length: 5 }, (_, at) => batchIndices(seed, number * 5 + at, EXAMPLES, BATCH)).flat();
    const all = Array.from({ length: EXAMPLES }, (_, at) => at);
    assert.deepEqual(
      [...epoch(1, 0)].sort((a, b) => a - b),
      all,
    );
    assert.deepEqual(epoch(1, 0), epoch(1, 0));
    assert.notDeepEqual(epoch(1, 0), epoch(1, 1));
    assert.notDeepEqual(epoch(1, 0), epoch(2, 0));
  });
});

describe("cross-entropy", () => {
  before(() => startEngine());

  it("equals the definition in plain numbers, with and without smoothing", () => {
    const logits = [
      [1, 2, 0.5],
      [-1, 0, 3],
    ];
    const labels = [1, 0];
    for (const smoothing of [0, 0.1]) {
      const expected = logits.map((row, at) => {
        const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
        return row.reduce((sum, value, k) => {
          const target = smoothing / 3 + (k === labels[at] ? 1 - smoothing : 0);
          return sum - target * (value - total);
        }, 0);
      });
      const loss = crossEntropy(tf.tensor2d(logits), tf.tensor1d(labels, "int32"), smoothing);
      assertClose(loss, tf.scalar((expected[0]! + expected[1]!) / 2), 1e-6);
    }
  });

  it("with probabilities is the definition, and with a label's it is the label's", () => {
    const logits = tf.tensor2d([
      [1, 2, 0.5],
      [-1, 0, 3],
    ]);
    const rows = [
      [0.2, 0.5, 0.3],
      [0.7, 0.1, 0.2],
    ];
    const logs = tf.logSoftmax(logits).arraySync() as number[][];
    const expected =
      rows.flatMap((row, at) => row.map((p, k) => -p * logs[at]![k]!)).reduce((sum, x) => sum + x, 0) / 2;
    assertClose(softCrossEntropy(logits, tf.tensor2d(rows)), tf.scalar(expected), 1e-6);
    const smoothed = tf.tensor2d([
      [0.1 / 3, 0.9 + 0.1 / 3, 0.1 / 3],
      [0.9 + 0.1 / 3, 0.1 / 3, 0.1 / 3],
    ]);
    const hard = crossEntropy(logits, tf.tensor1d([1, 0], "int32"), 0.1);
    assert.deepEqual([...softCrossEntropy(logits, smoothed).dataSync()], [...hard.dataSync()]);
  });
});
