/** Whole runs of a family of backbones, with and without VgHIF: real videos, a small CLIP, a few steps. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, it } from "node:test";
import { type GeneratedDataset, generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { DIFFICULTY } from "vghif/dist/data/generated/difficulty.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { random } from "vghif/dist/data/random.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import { loadRecognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { type ExperimentResult, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec, Trainable } from "vghif/dist/experiments/spec.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import type { BackboneGroup, VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { fusionShapes } from "vghif/dist/models/vghif-params.js";
import { type Params, tf, tidy } from "vghif/dist/nn/array.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { randomTensor } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { writeTinyWeights } from "../tiny-weights.js";

export const FRAMES = 3;
const SEED = 2;

/** Two classes of two training and two test videos. */
const DATASET: GeneratedDataset = {
  ...generatedDataset("ucf-like"),
  name: "two",
  classes: generatedDataset("ucf-like").classes.slice(0, 2),
  videos: { train: 2, val: 0, test: 2 },
  difficulty: DIFFICULTY,
};
export const CLASSES = DATASET.classes.map(({ name }) => name);

export const PROMPTS = { vision: { length: 2, depth: 3 }, text: { length: 3, depth: 2 } };

export interface Case {
  readonly model: RunSpec["model"];
  readonly trainable: Exclude<Trainable, "none">;
  readonly lr: number;
  readonly addedLrScale?: number;
  readonly decay?: "matrices";
  readonly prompts?: RunSpec["prompts"];
  readonly template: string;
}

const sizeOf = (shapes: Iterable<readonly [string, readonly number[]]>): number =>
  [...shapes].reduce((sum, [, shape]) => sum + shape.reduce((product, n) => product * n, 1), 0);

const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, at) => value === b[at]);

export function backboneOf({ prompts, model }: Pick<RunSpec, "model" | "prompts">): VideoTextBackbone {
  const own = prompts ? { visionPrompts: prompts.vision, textPrompts: prompts.text } : {};
  return FAMILIES[model].onClip(TINY_CLIP, { frames: FRAMES, ...own });
}

/** Registers the tests of these cases, a baseline and its twin each. Returns where a case's trained file will be. */
export function testRuns(cases: Readonly<Record<string, Case>>): (name: string, fusion: boolean) => string {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif families "));
  const weights = path.join(folder, "clip.safetensors");
  const trainedFile = (name: string, fusion: boolean): string => path.join(folder, `${name} ${fusion}.safetensors`);
  after(() => rmSync(folder, { recursive: true }));
  before(async () => {
    process.env.VGHIF_DATA = path.join(folder, "data");
    process.env.VGHIF_CACHE = path.join(folder, "cache");
    await writeTinyWeights(weights);
    mkdirSync(path.join(folder, "data"));
    await generateDataset(DATASET, path.join(folder, "data", DATASET.name), { jobs: 1 });
  });

  for (const [name, entry] of Object.entries(cases)) {
    for (const fusion of [false, true]) {
      it(`${name}${fusion ? " + VgHIF" : ""}: loss falls, its group alone moves, its file predicts the same`, async () => {
        const spec = specOf(entry, fusion, weights);
        const backbone = backboneOf(spec);
        const file = trainedFile(name, fusion);
        const tensors = tf.memory().numTensors;
        const { result, moved } = await runOf(spec, file);
        assert.equal(tf.memory().numTensors, tensors, "no tensor may be left behind");

        const group = [...backbone.shapes].filter(([key]) => backbone.inGroup(key, entry.trainable));
        assert.deepEqual(moved.sort(), group.map(([key]) => key).sort());
        const own = spec.vghif ? sizeOf(fusionShapes(spec.vghif, backbone.config)) : 0;
        assert.deepEqual(result.parameters, {
          total: sizeOf(backbone.shapes) + own,
          trained: sizeOf(group) + own,
          fusion: own,
        });
        const losses = result.epochs.map(({ loss }) => loss);
        assert.ok(losses.at(-1)! < losses[0]!, `losses: ${losses}`);

        assert.equal(result.final.n, 4);
        const [video, , best] = result.predictions[3]!;
        const options = { weights: file, ...(backbone.frames ? {} : { frames: FRAMES }) };
        const answer = await predict(path.join(folder, "data", DATASET.name, video), CLASSES.join(","), options);
        assert.equal(answer.top[0]!.label, CLASSES[best[0]!]);
        assert.equal(answer.indices.length, FRAMES);
      });
    }
  }
  return trainedFile;
}

function specOf({ model, template, prompts, ...train }: Case, fusion: boolean, weights: string): RunSpec {
  return {
    scale: "smoke",
    task: "few-shot",
    dataset: DATASET.name,
    shots: 2,
    seed: SEED,
    model,
    ...(prompts ? { prompts } : {}),
    weights,
    frames: FRAMES,
    template,
    vghif: fusion ? { ...VGHIF_DEFAULTS, levels: [2, 4], heads: 2, ratio: 1 } : null,
    train: { epochs: 5, warmupEpochs: 1, batch: 4, fusionLrScale: 3, weightDecay: 0.01, labelSmoothing: 0.1, ...train },
    evaluate: "test",
  };
}

/** Runs, and looks at what it trained: what moved, and whether its file gives the same recogniser. */
async function runOf(spec: RunSpec, file: string): Promise<{ result: ExperimentResult; moved: string[] }> {
  const start = await startOf(spec);
  const moved: string[] = [];
  let inMemory: unknown;
  const result = await runExperiment(spec, {
    onTrained: async (params, config) => {
      for (const [name, value] of start) if (!same(params[name]!.dataSync() as Float32Array, value)) moved.push(name);
      inMemory = await logitsOf(params, config, spec.template);
      await saveRecognizer(file, params, config, spec.template);
    },
  });
  const { params, config, template } = await loadRecognizer(file);
  const plain = spec.model === "vificlip" && !spec.prompts;
  assert.equal(config.backbone.family, plain ? "clip" : spec.model);
  assert.equal(config.backbone.textContext, spec.prompts?.text.length ?? 0);
  assert.deepEqual(config.vghif, spec.vghif);
  assert.equal(template, spec.template);
  assert.deepEqual(await logitsOf(params, config, template), inMemory);
  disposeParams(params);
  return { result, moved };
}

/** The parameters that the run starts from, by name: what is drawn but not trained is drawn alike for every seed. */
async function startOf({ model, prompts, weights, train }: RunSpec): Promise<Map<string, Float32Array>> {
  const { params } = await loadBackbone(weights, {
    family: model,
    frames: FRAMES,
    ...(prompts ? { visionPrompts: prompts.vision, textPrompts: prompts.text } : {}),
    draws: (name, { inGroup }) =>
      random(inGroup(name, train!.trainable as BackboneGroup) ? SEED : 0)
        .fork("backbone")
        .fork(name),
  });
  const start = new Map(Object.entries(params).map(([name, value]) => [name, value.dataSync() as Float32Array]));
  disposeParams(params);
  return start;
}

/** Class scores of two random clips by a recogniser's parameters, op by op. */
async function logitsOf(params: Params, config: RecognizerConfig, template: string): Promise<unknown> {
  const text = await backbonePrompts(config.backbone, CLASSES, template);
  const size = config.backbone.config.imageResolution;
  const logits = tidy(() => {
    const pixels = randomTensor("pixels", [2, FRAMES, 3, size, size]);
    return recognize(params, config, videoTokens(params, config, pixels), textTokens(params, config, text)).logits;
  });
  const rows = await logits.array();
  tf.dispose([logits, text.ids, text.pool]);
  return rows;
}
