import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { drawMixing, mixInto } from "vghif/dist/data/augment/mixing.js";
import { softTarget } from "vghif/dist/data/augment/soft-targets.js";
import { random } from "vghif/dist/data/random.js";
import type { Sample } from "vghif/dist/data/types.js";
import { startEngine } from "vghif/dist/engine/index.js";
import type { VideoBatch } from "vghif/dist/experiments/learner.js";
import type { TrainSpec } from "vghif/dist/experiments/spec.js";
import { trainingBatches } from "vghif/dist/experiments/training-batches.js";
import type { VideoSource } from "vghif/dist/experiments/videos.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { batchIndices } from "vghif/dist/train/batches.js";

const SHAPE = [2, 3, 5, 5] as const;
const LENGTH = 2 * 3 * 5 * 5;
const CLASSES = 4;
const SEED = 3;
const SAMPLES: readonly Sample[] = Array.from({ length: 13 }, (_, at) => ({ path: `${at}.avi`, label: at % CLASSES }));
/** Eleven of the source's videos are trained on, in an order of their own. */
const PLACES = [12, 1, 2, 3, 4, 5, 11, 7, 8, 9, 10];

const SPEC: TrainSpec = {
  epochs: 2,
  warmupEpochs: 0,
  batch: 7,
  lr: 1,
  fusionLrScale: 1,
  weightDecay: 0,
  labelSmoothing: 0.2,
  trainable: "all",
};
const MIXING = { mixup: 0.8, cutmix: 1, cutmixChance: 0.5, group: 3 };

/** The clip of a place in an epoch. */
function clipOf(place: number, epoch: number): Float32Array {
  const stream = random(`${place} ${epoch}`);
  return Float32Array.from({ length: LENGTH }, () => stream.normal());
}

/** A source whose training clips are those, and which writes down what it was asked for. */
function sourceOf(asked: string[]): VideoSource {
  return {
    samples: SAMPLES,
    skipped: [],
    batch: async () => assert.fail("a source with training clips is not asked for scored ones"),
    training: {
      shape: SHAPE,
      clips: async (places, epoch) => {
        asked.push(...places.map((place) => `${place} ${epoch}`));
        return places.map((place) => clipOf(place, epoch));
      },
    },
  };
}

const read = ({ video, labels }: VideoBatch) => {
  const pixels = video as Tensor;
  const result = {
    shape: pixels.shape,
    pixels: [...(pixels.dataSync() as Float32Array)],
    labels: [...labels.dataSync()],
    type: labels.dtype,
    labelShape: labels.shape,
  };
  tf.dispose([pixels, labels]);
  return result;
};

describe("training batches", () => {
  before(() => startEngine());

  it("without mixing: the epoch's clips of the step's videos, with their labels", async () => {
    const asked: string[] = [];
    const batches = trainingBatches(SPEC, SEED, sourceOf(asked), PLACES, CLASSES);
    assert.equal(batches.stepsPerEpoch, 2);
    for (const step of [0, 1, 2, 3]) {
      const places = batchIndices(SEED, step, 11, 7).map((at) => PLACES[at]!);
      const { shape, pixels, labels, type } = read(await batches.at(step));
      assert.deepEqual(shape, [step % 2 === 0 ? 7 : 4, ...SHAPE]);
      assert.deepEqual([labels, type], [places.map((place) => place % CLASSES), "int32"]);
      const epoch = Math.floor(step / 2);
      assert.deepEqual(
        pixels,
        places.flatMap((place) => [...clipOf(place, epoch)]),
      );
      assert.deepEqual(
        asked.splice(0),
        places.map((place) => `${place} ${epoch}`),
      );
    }
  });

  it("with mixing: groups of three under a draw each, soft targets; the last group is smaller", async () => {
    const batches = trainingBatches({ ...SPEC, mixing: MIXING }, SEED, sourceOf([]), PLACES, CLASSES);
    for (const step of [0, 3]) {
      const places = batchIndices(SEED, step, 11, 7).map((at) => PLACES[at]!);
      const found = read(await batches.at(step));
      assert.deepEqual([found.type, found.labelShape], ["float32", [places.length, CLASSES]]);
      for (let from = 0, group = 0; from < places.length; from += 3, group++) {
        const members = places.slice(from, from + 3);
        const drawn = drawMixing(random(SEED).fork("mixing").fork(step).fork(group), members.length, 5, MIXING);
        const clips = members.map((place) => clipOf(place, Math.floor(step / 2)));
        for (const at of members.keys()) {
          const out = new Float32Array(LENGTH);
          mixInto(out, clips, at, drawn, 5);
          const row = from + at;
          assert.deepEqual(found.pixels.slice(row * LENGTH, (row + 1) * LENGTH), [...out]);
          const target = softTarget(
            members.map((place) => place % CLASSES),
            at,
            drawn,
            CLASSES,
            0.2,
          );
          assert.deepEqual(found.labels.slice(row * CLASSES, (row + 1) * CLASSES), [...target]);
        }
      }
    }
  });

  it("in parts: the same rows whatever the parts' size, each video loaded once, shares that sum to 1", async () => {
    for (const mixing of [undefined, MIXING]) {
      const spec = mixing ? { ...SPEC, mixing } : SPEC;
      const asked: string[] = [];
      const batches = trainingBatches(spec, SEED, sourceOf(asked), PLACES, CLASSES);
      const whole = read(await batches.at(2));
      asked.splice(0);
      for (const size of [1, 2, 3, 5]) {
        const parts = batches.partsAt(2, size);
        assert.deepEqual(asked, [], "nothing is loaded before its turn");
        const rows = [];
        for (const { load } of parts) rows.push(read(await load()));
        assert.deepEqual(
          rows.flatMap(({ pixels }) => pixels),
          whole.pixels,
        );
        assert.deepEqual(
          rows.flatMap(({ labels }) => labels),
          whole.labels,
        );
        assert.ok(rows.every(({ shape }) => shape[0]! <= size));
        const sum = parts.reduce((total, { share }) => total + share, 0);
        assert.ok(Math.abs(sum - 1) < 1e-12);
        for (const [at, { share }] of parts.entries()) assert.equal(share, rows[at]!.shape[0]! / 7);
        assert.equal(new Set(asked).size, 7);
        assert.equal(asked.splice(0).length, 7);
      }
    }
  });

  it("another seed, step or epoch mixes otherwise", async () => {
    const labels = async (seed: number, step: number): Promise<string> =>
      JSON.stringify(
        read(await trainingBatches({ ...SPEC, mixing: MIXING }, seed, sourceOf([]), PLACES, CLASSES).at(step)).labels,
      );
    assert.equal(await labels(3, 0), await labels(3, 0));
    assert.equal(new Set([await labels(3, 0), await labels(3, 2), await labels(4, 0)]).size, 3);
  });
});
