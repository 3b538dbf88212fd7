/** Training holds as much memory after many steps as after few. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { inParts } from "vghif/dist/train/batches.js";
import { type Problem, train } from "vghif/dist/train/loop.js";
import { startState } from "vghif/dist/train/state.js";
import { randomTensor } from "../tensors.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const STEPS = 120;
/** 4 MB; one such array kept at each step would be 320 MB between the steps that are compared. */
const SHAPE = [509, 2053] as const;

type Batch = { x: Tensor };

function problem(parts: boolean): Problem<Batch> {
  const load = (places: readonly number[]): Batch => ({
    x: tf.fill([places.length, SHAPE[0]], 0.01 + places[0]! / 100),
  });
  const batch = [0, 1, 2, 3, 4];
  return {
    lossOf: ({ w }, { x }) => tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D))),
    groups: [{ names: ["w"], lr: 1e-3, weightDecay: 0.01 }],
    schedule: { steps: STEPS, warmupSteps: 0, minLr: 0 },
    stepsPerEpoch: STEPS,
    batchAt: () => load(batch),
    ...(parts
      ? { microBatchesAt: () => inParts(batch, 2).map(({ part, share }) => ({ share, load: () => load(part) })) }
      : {}),
    disposeBatch: (made) => tf.dispose(made),
  };
}

describe("memory of training", () => {
  before(() => startEngine("onnx"));

  for (const parts of [false, true]) {
    it(`is flat over ${STEPS} compiled steps, ${parts ? "in parts" : "on whole batches"}`, async () => {
      const w = randomTensor("w", SHAPE, 0.1);
      const start = await startState({ w });
      w.dispose();
      const held: number[] = [];
      for await (const { step } of train(problem(parts), start, { compiled: true, handOver: true })) {
        if (step % 4 !== 0) continue;
        collect();
        held.push(process.memoryUsage.rss() / 2 ** 20);
      }
      // The least of ten: what else there is at times is garbage of the sessions' thread.
      const growth = Math.min(...held.slice(-10)) - Math.min(...held.slice(5, 15));
      assert.ok(growth < 40, `${growth.toFixed(1)} MB`);
    });
  }
});
