import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type GeneratedDataset, generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { DIFFICULTY } from "vghif/dist/data/generated/difficulty.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { type ExperimentResult, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { tf } from "vghif/dist/nn/array.js";
import { writeTinyWeights } from "../tiny-weights.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif run "));
after(() => rmSync(folder, { recursive: true }));

/** Three classes of four training, one validation and three test videos: real files. */
const DATASET: GeneratedDataset = {
  ...generatedDataset("hmdb-like"),
  name: "tiny",
  classes: generatedDataset("hmdb-like").classes.slice(0, 3),
  videos: { train: 4, val: 1, test: 3 },
  difficulty: DIFFICULTY,
};

const SPEC: RunSpec = {
  scale: "smoke",
  task: "few-shot",
  dataset: "tiny",
  shots: 2,
  seed: 3,
  model: "clip",
  weights: path.join(folder, "model.safetensors"),
  frames: 3,
  template: "a photo of {}.",
  vghif: { ...VGHIF_DEFAULTS, heads: 2, ratio: 1 },
  train: {
    epochs: 3,
    warmupEpochs: 1,
    batch: 4,
    lr: 0.01,
    fusionLrScale: 1,
    weightDecay: 0.001,
    labelSmoothing: 0.1,
    trainable: "head",
  },
  evaluate: "test",
};

/** What a run computes, without how long it took. */
function numbersOf({ seconds: _, ...result }: ExperimentResult): Omit<ExperimentResult, "seconds"> {
  return result;
}

describe("a run", () => {
  before(async () => {
    process.env.VGHIF_DATA = path.join(folder, "data");
    process.env.VGHIF_CACHE = path.join(folder, "cache");
    await writeTinyWeights(SPEC.weights);
    mkdirSync(path.join(folder, "data"));
    await generateDataset(DATASET, path.join(folder, "data", "tiny"), { jobs: 1 });
  });

  it("gives the same numbers twice, the second time from cached features", async () => {
    const tensors = tf.memory().numTensors;
    const first = await runExperiment(SPEC);
    const second = await runExperiment(SPEC);
    assert.deepEqual(numbersOf(second), numbersOf(first));
    assert.equal(first.final.n, 9);
    assert.equal(first.epochs.length, 3);
    assert.equal(first.predictions.length, 9);
    assert.equal(first.datasetKind, "generated");
    assert.equal(tf.memory().numTensors, tensors, "no tensor may be left behind");
  });

  it("is its baseline where the fusion cannot learn, and learns where it can", async () => {
    const still = { ...SPEC.train!, lr: 0 };
    const baseline = await runExperiment({ ...SPEC, vghif: null, train: still });
    const frozen = await runExperiment({ ...SPEC, train: still });
    assert.deepEqual(frozen.predictions, baseline.predictions);
    assert.equal(frozen.parameters.fusion, frozen.parameters.total - baseline.parameters.total);
    const learned = await runExperiment({ ...SPEC, train: { ...SPEC.train!, epochs: 30 } });
    assert.ok(learned.epochs.at(-1)!.loss < 0.8 * learned.epochs[0]!.loss);
  });

  it("goes on from its checkpoint after it was stopped, to the same numbers", async () => {
    const spec = { ...SPEC, seed: 4 };
    const whole = await runExperiment(spec);
    const controller = new AbortController();
    const stopped = runExperiment(spec, {
      signal: controller.signal,
      checkpointSeconds: 0,
      onProgress: ({ phase, done }) => {
        if (phase === "train" && done === 4) controller.abort();
      },
    });
    await assert.rejects(stopped, { name: "AbortError" });
    const seen: number[] = [];
    const resumed = await runExperiment(spec, {
      onProgress: ({ phase, done }) => {
        if (phase === "train") seen.push(done);
      },
    });
    assert.deepEqual(seen, [5, 6]);
    assert.deepEqual(numbersOf(resumed), numbersOf(whole));
  });

  it("trains in mixed precision near float32's losses, or says that it cannot", async () => {
    const spec = { ...SPEC, train: { ...SPEC.train!, precision: "float16" } } as const;
    const [exact, half] = [await runExperiment(SPEC), await runExperiment(spec)];
    const pairs = exact.epochs.map(({ loss }, at) => [loss, half.epochs[at]!.loss] as const);
    assert.ok(
      pairs.every(([a, b]) => a !== b && Math.abs(a - b) < 0.01 * a),
      `${pairs.join("; ")}`,
    );
    await startEngine("wasm");
    await assert.rejects(runExperiment(spec), /precision float16 needs compiled training steps/);
    await startEngine("onnx");
  });

  it("trains whole backbones from pixels", async () => {
    const train = { ...SPEC.train!, epochs: 1, warmupEpochs: 0, lr: 1e-3, trainable: "all" } as const;
    const result = await runExperiment({ ...SPEC, train });
    assert.equal(result.parameters.trained, result.parameters.total);
    const { loss } = result.epochs[0]!;
    assert.ok(Number.isFinite(loss));
    assert.equal(result.final.n, 9);
    const sparing = await runExperiment({ ...SPEC, train: { ...train, microBatch: 3, remat: true } as const });
    assert.ok(Math.abs(sparing.epochs[0]!.loss - loss) < 1e-4, `${sparing.epochs[0]!.loss}, not ${loss}`);
    assert.deepEqual(sparing.predictions, result.predictions);
  });

  it("scores without training", async () => {
    const result = await runExperiment({ ...SPEC, task: "zero-shot", shots: null, vghif: null, train: null });
    assert.deepEqual([result.epochs.length, result.parameters.trained, result.final.n], [0, 0, 9]);
  });

  it("keeps features once for all seeds where no seed decides them", async () => {
    const features = path.join(folder, "cache", "features");
    const folders = (): number => readdirSync(features).length;
    const zeroShot = { ...SPEC, task: "zero-shot", shots: null, vghif: null, train: null } as const;
    await runExperiment(zeroShot);
    const known = folders();
    for (const seed of [1, 2]) await runExperiment({ ...zeroShot, model: "actionclip", seed });
    assert.equal(folders(), known + 1, "ActionCLIP's seed draws what stands after the tower");
    for (const seed of [1, 2]) await runExperiment({ ...zeroShot, model: "xclip", seed });
    assert.equal(folders(), known + 2, "X-CLIP's messages, which nothing trains, are drawn alike for every seed");
  });

  it("spells class names in prompts as it is told", async () => {
    const lossesOf = async (spec: RunSpec) => (await runExperiment(spec)).epochs.map(({ loss }) => loss);
    const train = { ...SPEC.train!, epochs: 1, warmupEpochs: 0 };
    const [spec, words, camel] = [{}, { spelling: "words" }, { spelling: "camel" }].map((spelling) =>
      parseSpec({ ...SPEC, ...spelling, train }, "spec.json"),
    );
    assert.equal(new Set([spec, words, camel].map((each) => runId(each!))).size, 3);
    const losses = await lossesOf(spec!);
    assert.deepEqual(await lossesOf(words!), losses, "the manifest's names are words");
    assert.notDeepEqual(await lossesOf(camel!), losses);
    assert.throws(
      () => parseSpec({ ...SPEC, spelling: "loud" }, "spec.json"),
      /field "spelling": expected one of "words"/,
    );
  });

  it("lists videos that cannot be read, scores the others", async () => {
    const data = path.join(folder, "data");
    cpSync(path.join(data, "tiny"), path.join(data, "damaged"), { recursive: true });
    const manifest = path.join(data, "damaged", "dataset.json");
    writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"tiny"', '"damaged"'));
    const { predictions } = await runExperiment({ ...SPEC, dataset: "damaged", vghif: null });
    const [empty, cut] = [predictions[0]![0], predictions[4]![0]];
    truncateSync(path.join(data, "damaged", empty), 0);
    writeFileSync(path.join(data, "damaged", cut), "this is a text, not a video");
    const result = await runExperiment({ ...SPEC, dataset: "damaged", vghif: null });
    assert.equal(result.final.n, 7);
    assert.deepEqual(result.skipped.map((video) => video.path).sort(), [cut, empty].sort());
    for (const { reason } of result.skipped) assert.ok(reason.length > 0 && !reason.includes("\n"));
  });

  it("refuses what is not there in one line", async () => {
    await assert.rejects(runExperiment({ ...SPEC, shots: 9 }), /bouncing off a wall/);
    await assert.rejects(runExperiment({ ...SPEC, dataset: "unheard-of" }), /unheard-of/);
    await assert.rejects(
      runExperiment({ ...SPEC, weights: "clip-vit-b-16" }),
      /OpenAI CLIP ViT-B\/16.*fetch clip-vit-b-16, or put it at/,
    );
    await assert.rejects(
      runExperiment({ ...SPEC, train: { ...SPEC.train!, lr: 1e30 } }),
      /the loss is .* lower the learning rate/,
    );
  });
});
