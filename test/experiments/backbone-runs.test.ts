/** Whole runs on every family of backbones, with and without VgHIF: real videos, the shipped small CLIP, a few steps. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type GeneratedDataset, generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { DIFFICULTY } from "vghif/dist/data/generated/difficulty.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import { loadRecognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { frozenTowers } from "vghif/dist/experiments/learner.js";
import { type ExperimentResult, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec, Trainable } from "vghif/dist/experiments/spec.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { frozenTexts } from "vghif/dist/features/text.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { fusionShapes } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf, tidy } from "vghif/dist/nn/array.js";
import { SMOKE_CLIP_CONFIG } from "vghif/dist/train/pretrain-options.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { SMOKE_CLIP, weightsFile } from "vghif/dist/weights/registry.js";
import { PROJECT_ROOT } from "../shared.js";
import { assertClose, randomTensor } from "../tensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif families "));
after(() => rmSync(folder, { recursive: true }));

const FRAMES = 3;
const SEED = 2;

/** Two classes of two training and two test videos. */
const DATASET: GeneratedDataset = {
  ...generatedDataset("ucf-like"),
  name: "two",
  classes: generatedDataset("ucf-like").classes.slice(0, 2),
  videos: { train: 2, val: 0, test: 2 },
  difficulty: DIFFICULTY,
};
const CLASSES = DATASET.classes.map(({ name }) => name);

const PROMPTS = { vision: { length: 2, depth: 3 }, text: { length: 3, depth: 2 } };

interface Case {
  readonly model: RunSpec["model"];
  readonly trainable: Exclude<Trainable, "none">;
  readonly lr: number;
  readonly addedLrScale?: number;
  readonly decay?: "matrices";
  readonly prompts?: RunSpec["prompts"];
  readonly template: string;
}

const CASES: Readonly<Record<string, Case>> = {
  "X-CLIP, towers frozen": {
    model: "xclip",
    trainable: "head",
    lr: 1e-3,
    addedLrScale: 1,
    decay: "matrices",
    template: "{}",
  },
  "X-CLIP, text tower frozen": {
    model: "xclip",
    trainable: "visual",
    lr: 2e-4,
    addedLrScale: 10,
    decay: "matrices",
    template: "{}",
  },
  "ViFi-CLIP": { model: "vificlip", trainable: "all", lr: 2e-4, template: "a photo of a {}." },
  "ViFi-CLIP with prompts": {
    model: "vificlip",
    trainable: "added",
    lr: 8e-3,
    prompts: PROMPTS,
    template: "{}.",
  },
  ActionCLIP: { model: "actionclip", trainable: "head", lr: 1e-3, template: "{}" },
};

function specOf({ model, template, prompts, ...train }: Case, fusion: boolean): RunSpec {
  return {
    scale: "smoke",
    task: "few-shot",
    dataset: DATASET.name,
    shots: 2,
    seed: SEED,
    model,
    ...(prompts ? { prompts } : {}),
    weights: SMOKE_CLIP,
    frames: FRAMES,
    template,
    vghif: fusion ? { ...VGHIF_DEFAULTS, levels: [2, 4], heads: 2, ratio: 1 } : null,
    train: { epochs: 5, warmupEpochs: 1, batch: 4, fusionLrScale: 3, weightDecay: 0.01, labelSmoothing: 0.1, ...train },
    evaluate: "test",
  };
}

function backboneOf({ prompts, model }: Pick<RunSpec, "model" | "prompts">): VideoTextBackbone {
  const own = prompts ? { visionPrompts: prompts.vision, textPrompts: prompts.text } : {};
  return FAMILIES[model].onClip(SMOKE_CLIP_CONFIG, { frames: FRAMES, ...own });
}

/** The parameters that the run starts from, by name. */
async function startOf({ model, prompts }: RunSpec): Promise<Map<string, Float32Array>> {
  const { params } = await loadBackbone(weightsFile(SMOKE_CLIP), {
    family: model,
    frames: FRAMES,
    ...(prompts ? { visionPrompts: prompts.vision, textPrompts: prompts.text } : {}),
    draws: (name) => random(SEED).fork("backbone").fork(name),
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

const sizeOf = (shapes: Iterable<readonly [string, readonly number[]]>): number =>
  [...shapes].reduce((sum, [, shape]) => sum + shape.reduce((product, n) => product * n, 1), 0);

const same = (a: Float32Array, b: Float32Array): boolean => a.every((value, at) => value === b[at]);

/** Runs, and looks at what it trained: what moved, and whether its file gives the same recogniser. */
async function runOf(spec: RunSpec, file: string): Promise<{ result: ExperimentResult; moved: string[] }> {
  const start = await startOf(spec);
  const moved: string[] = [];
  let inMemory: unknown;
  const result = await runExperiment(spec, {
    onTrained: async (params, config) => {
      for (const [name, value] of start) if (!same(params[name]!.dataSync() as Float32Array, value)) moved.push(name);
      inMemory = await logitsOf(params, config, spec.template);
      await saveRecognizer(file, params, config);
    },
  });
  const { params, config } = await loadRecognizer(file);
  const plain = spec.model === "vificlip" && !spec.prompts;
  assert.equal(config.backbone.family, plain ? "clip" : spec.model);
  assert.equal(config.backbone.textContext, spec.prompts?.text.length ?? 0);
  assert.deepEqual(config.vghif, spec.vghif);
  assert.deepEqual(await logitsOf(params, config, spec.template), inMemory);
  disposeParams(params);
  return { result, moved };
}

describe("whole runs", () => {
  before(async () => {
    process.env.VGHIF_DATA = path.join(folder, "data");
    process.env.VGHIF_CACHE = path.join(folder, "cache");
    await startEngine();
    mkdirSync(path.join(folder, "data"));
    await generateDataset(DATASET, path.join(folder, "data", DATASET.name), { jobs: 1 });
  });

  for (const [name, entry] of Object.entries(CASES)) {
    for (const fusion of [false, true]) {
      it(`${name}${fusion ? " + VgHIF" : ""}: loss falls, its group alone moves, its file predicts the same`, async () => {
        const spec = specOf(entry, fusion);
        const backbone = backboneOf(spec);
        const file = path.join(folder, `${name} ${fusion}.safetensors`);
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
        const options = { weights: file, template: spec.template, ...(backbone.frames ? {} : { frames: FRAMES }) };
        const answer = await predict(path.join(folder, "data", DATASET.name, video), CLASSES.join(","), options);
        assert.equal(answer.top[0]!.label, CLASSES[best[0]!]);
        assert.equal(answer.indices.length, FRAMES);
      });
    }
  }

  it("an X-CLIP's file takes the frames that it is made for, on the command line too, and refuses others", async () => {
    const file = path.join(folder, "X-CLIP, towers frozen true.safetensors");
    const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
    const video = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
    const labels = CLASSES.join(",");
    const args = [main, "predict", video, "--labels", labels, "--weights", file, "--json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: folder });
    assert.equal(status, 0, stderr);
    const answer = JSON.parse(stdout);
    assert.equal(answer.indices.length, FRAMES);
    assert.match(answer.provenance, /2 labels, 3 of 50 frames/);
    await assert.rejects(predict(video, labels, { weights: file, frames: 5 }), {
      name: "UserError",
      message: `${file} is made for 3 frames a video: ask for 3, not 5`,
    });
  });
});

describe("frozen towers", () => {
  const towers = (model: RunSpec["model"], trainable: Trainable, prompts?: RunSpec["prompts"]) => {
    const { visual, text } = frozenTowers(trainable, backboneOf({ model, ...(prompts ? { prompts } : {}) }));
    return `${visual ? "visual" : ""} ${text ? "text" : ""}`.trim();
  };
  const none = { length: 0, depth: 0 };

  it("are told from what is trained, tower by tower", () => {
    for (const model of ["clip", "xclip", "vificlip", "actionclip"] as const) {
      assert.equal(towers(model, "none"), "visual text");
      assert.equal(towers(model, "head"), "visual text");
      assert.equal(towers(model, "visual"), "text");
      assert.equal(towers(model, "all"), "");
    }
    assert.equal(towers("xclip", "added"), "text", "messages stand in the visual tower");
    assert.equal(towers("actionclip", "added"), "visual text", "its temporal transformer stands after the towers");
    assert.equal(towers("vificlip", "added", PROMPTS), "");
    assert.equal(towers("vificlip", "added", { ...PROMPTS, text: none }), "text");
    assert.equal(towers("vificlip", "added", { ...PROMPTS, vision: none }), "visual");
  });

  it("give the texts that each step would give", async () => {
    await startEngine();
    const { backbone, params } = await loadBackbone(weightsFile(SMOKE_CLIP));
    const config = { backbone, vghif: null };
    const once = await frozenTexts({ config, params, hash: "" }, CLASSES, "a {}");
    const batch = await backbonePrompts(backbone, CLASSES, "a {}");
    const stepwise = textTokens(params, config, batch);
    assert.ok("pooled" in once && "pooled" in stepwise);
    assertClose(once.pooled as Tensor, stepwise.pooled as Tensor, 2e-5);
    disposeParams(params);
  });
});
