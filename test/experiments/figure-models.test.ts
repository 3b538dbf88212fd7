import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { type GeneratedDataset, generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { DIFFICULTY } from "vghif/dist/data/generated/difficulty.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { makeEmbedding } from "vghif/dist/experiments/embedding-record.js";
import { executeRun } from "vghif/dist/experiments/execute.js";
import { figureGrounding } from "vghif/dist/experiments/figure-grounding.js";
import { runId } from "vghif/dist/experiments/id.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { tf } from "vghif/dist/nn/array.js";
import { writeTinyWeights } from "../tiny-weights.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif figures "));
after(() => rmSync(folder, { recursive: true }));

/** Three classes of two training and five test videos: real files. */
const DATASET: GeneratedDataset = {
  ...generatedDataset("ucf-like"),
  name: "three",
  classes: generatedDataset("ucf-like").classes.slice(0, 3),
  videos: { train: 2, val: 0, test: 5 },
  difficulty: DIFFICULTY,
};

const BASELINE: RunSpec = {
  scale: "smoke",
  task: "few-shot",
  dataset: "three",
  shots: 2,
  seed: 1,
  model: "clip",
  weights: path.join(folder, "model.safetensors"),
  frames: 3,
  template: "a video of {}.",
  vghif: null,
  train: {
    epochs: 4,
    warmupEpochs: 1,
    batch: 3,
    lr: 0.01,
    fusionLrScale: 1,
    weightDecay: 0.001,
    labelSmoothing: 0,
    trainable: "head",
  },
  evaluate: "test",
};
const TREATMENT: RunSpec = { ...BASELINE, vghif: { ...VGHIF_DEFAULTS, levels: [2, 4], heads: 2, gate: 0.5 } };

describe("figures that look into trained models", () => {
  const store = openStore(path.join(folder, "records"));

  before(async () => {
    process.env.VGHIF_DATA = path.join(folder, "data");
    process.env.VGHIF_CACHE = path.join(folder, "cache");
    await writeTinyWeights(BASELINE.weights);
    mkdirSync(path.join(folder, "data"));
    await generateDataset(DATASET, path.join(folder, "data", DATASET.name), { jobs: 1 });
    await executeRun(BASELINE, store);
    await executeRun(TREATMENT, store);
  });

  it("figure-embedding: the class of largest cosine is the run's own prediction, for every test video", async () => {
    const tensors = tf.memory().numTensors;
    const record = await makeEmbedding(store, { baseline: BASELINE, treatment: TREATMENT });
    assert.equal(tf.memory().numTensors, tensors);
    for (const [side, spec] of [
      [record.baseline, BASELINE],
      [record.treatment, TREATMENT],
    ] as const) {
      const { final, predictions } = store.read(runId(spec));
      assert.equal(side.top1, final.top1);
      assert.deepEqual(
        side.videos.map(([video, label]) => [video, label]),
        predictions.map(([video, label]) => [video, label]),
      );
    }
    const mean = [...record.baseline.videos, ...record.treatment.videos].reduce((sum, video) => sum + video[2], 0);
    assert.ok(Math.abs(mean) < 0.01, "the map is centred on all videos of both sides");
    assert.notDeepEqual(record.baseline.videos, record.treatment.videos);
    assert.ok(record.explained[0] >= record.explained[1] && record.explained[1] > 0);
  });

  it("figure-grounding: a row a level, the chosen video and class, or the first that the run recognises", async () => {
    const [video, label] = store.read(runId(TREATMENT)).predictions.at(-1)!;
    const classes = DATASET.classes.map(({ name }) => name);
    const asked = classes[(label + 1) % classes.length]!;
    const { svg, alt } = await figureGrounding({ spec: TREATMENT, video, label: asked }, store);
    assert.match(svg, new RegExp(`Where the text “${asked}” looked`));
    assert.deepEqual(svg.match(/>block \d</g), [">block 2<", ">block 4<"]);
    assert.ok(alt.includes(`"${asked}" looked in ${video} (class "${classes[label]}") of three: 2 visits`), alt);
    const hit = store.read(runId(TREATMENT)).predictions.find(([, own, best]) => own === best[0]);
    assert.ok((await figureGrounding({ spec: TREATMENT }, store)).alt.includes(`in ${hit?.[0] ?? "test/"}`));
  });

  it("figure-grounding: what there is not is said", async () => {
    await assert.rejects(figureGrounding({ spec: TREATMENT, video: "no.mp4" }, store), /"three" has no video "no.mp4"/);
    await assert.rejects(figureGrounding({ spec: TREATMENT, label: "a cat" }, store), /has no class "a cat"/);
    await assert.rejects(figureGrounding({ spec: BASELINE }, store), /no fusion that attends/);
  });
});
