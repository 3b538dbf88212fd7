import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { threeCropTransform } from "vghif/dist/data/frames/transforms.js";
import type { ViewsSpec } from "vghif/dist/data/frames/views.js";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import { loadRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { type ExperimentResult, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { type Params, tf, tidy } from "vghif/dist/nn/array.js";
import { fileHash } from "vghif/dist/weights/file-hash.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { makeTiny, tinySpec } from "../tiny-runs.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif views "));
after(() => rmSync(folder, { recursive: true }));
let weights = "";
before(async () => {
  ({ weights } = await makeTiny(folder));
});

const FRAMES = 3;
const SEED = 7;
const RANDOM: ViewsSpec = { clips: 2, crops: 3, rule: "random" };
const FIXED: ViewsSpec = { clips: 2, crops: 3, rule: "fixed" };

/** With VgHIF: seed 7. Few steps, as large ones as move the answers. */
function specOf(views: ViewsSpec, trainable: "head" | "all"): RunSpec {
  const spec = tinySpec(weights, SEED, 2);
  return { ...spec, views, train: { ...spec.train!, trainable, lr: 0.003 } };
}

/** The best label of every test video: views one by one, op by op, probabilities averaged in plain numbers. */
async function byHand({ template }: RunSpec, views: ViewsSpec, params: Params, config: RecognizerConfig) {
  const dataset = findDataset("tiny");
  const text = await backbonePrompts(config.backbone, dataset.classes, template);
  const size = config.backbone.config.imageResolution;
  const best: [string, number][] = [];
  const means: number[][] = [];
  for (const sample of dataset.splits.test ?? []) {
    const file = path.join(datasetRoot(dataset), sample.path);
    const mean = Array<number>(dataset.classes.length).fill(0);
    for (let crop = 0; crop < 3; crop++) {
      for (let clip = 0; clip < views.clips; clip++) {
        const place = { clips: views.clips, clip };
        const sampling =
          views.rule === "random"
            ? { rule: "random" as const, seed: SEED, ...place }
            : { rule: "fixed" as const, ...place };
        const draw = await fileHash(file);
        const { pixels } = await loadClip(file, {
          frames: FRAMES,
          transform: threeCropTransform(size),
          sampling,
          draw,
        });
        const view = FRAMES * 3 * size * size;
        const logits = tidy(() => {
          const video = tf.tensor(pixels.slice(crop * view, (crop + 1) * view), [1, FRAMES, 3, size, size]);
          return recognize(params, config, videoTokens(params, config, video), textTokens(params, config, text)).logits;
        });
        const row = Array.from(await logits.data());
        logits.dispose();
        const total = row.reduce((sum, x) => sum + Math.exp(x), 0);
        for (const [k, x] of row.entries()) mean[k]! += Math.exp(x) / total / (3 * views.clips);
      }
    }
    means.push(mean);
    best.push([sample.path, mean.indexOf(Math.max(...mean))]);
  }
  tf.dispose([text.ids, text.pool]);
  return { best, means };
}

/** The run's answers are those by hand; rounding could not turn them. */
async function equalsByHand(spec: RunSpec): Promise<ExperimentResult> {
  const tensors = tf.memory().numTensors;
  let expected: Awaited<ReturnType<typeof byHand>> | undefined;
  const result = await runExperiment(spec, {
    onTrained: async (params, config) => {
      expected = await byHand(spec, spec.views!, params, config);
    },
  });
  assert.equal(tf.memory().numTensors, tensors, "no tensor may be left behind");
  assert.equal(result.final.n, 9);
  for (const mean of expected!.means) {
    const [first, second] = [...mean].sort((a, b) => b - a);
    assert.ok(first! - second! > 1e-4, `${mean}`);
  }
  assert.deepEqual(
    result.predictions.map(([name, , best]) => [name, best[0]]),
    expected!.best,
  );
  return result;
}

test("views of a frozen tower are averaged, and the same run gives the same", async () => {
  await equalsByHand(specOf(FIXED, "head"));
  const { seconds: _, ...once } = await equalsByHand(specOf(RANDOM, "head"));
  const { seconds: __, ...again } = await runExperiment(specOf(RANDOM, "head"));
  assert.deepEqual(again, once);
});

test("views are averaged where all is trained, from pixels, in batches of more or fewer than a video has", async () => {
  await equalsByHand(specOf(RANDOM, "all"));
  const spec = specOf(FIXED, "all");
  await equalsByHand({ ...spec, train: { ...spec.train!, microBatch: 4 } });
});

test("a prediction averages the probabilities of its views", async () => {
  const spec = tinySpec(weights, SEED, 1);
  const recognizer = await loadRecognizer(weights);
  const { means } = await byHand(spec, RANDOM, recognizer.params, recognizer.config);
  disposeParams(recognizer.params);
  const dataset = findDataset("tiny");
  const video = path.join(datasetRoot(dataset), dataset.splits.test![2]!.path);
  const options = { weights, frames: FRAMES, template: spec.template, views: "2x3" };
  const drawn = await predict(video, dataset.classes.join(","), { ...options, viewSeed: SEED });
  assert.equal(drawn.views, "2x3, random rule, seed 7");
  assert.match(drawn.provenance, /6 of \d+ frames, views 2x3, random rule, seed 7;/);
  assert.equal(drawn.top.length, 3);
  for (const { label, probability } of drawn.top) {
    const expected = means[2]![dataset.classes.indexOf(label)]!;
    assert.ok(Math.abs(probability - expected) < 1e-6, `${label}: ${probability}, not ${expected}`);
  }
  const fixed = await predict(video, dataset.classes.join(","), options);
  assert.equal(fixed.views, "2x3, fixed rule");
  assert.notDeepEqual(fixed.indices, drawn.indices);
  await assert.rejects(predict(video, "a,b", { ...options, views: "4x2" }), /views "4x2": give clips x crops/);
});

test("a video that cannot be read is listed once and not scored", async () => {
  const dataset = findDataset("tiny");
  const [first, second] = dataset.splits.test!;
  truncateSync(path.join(datasetRoot(dataset), first!.path), 0);
  rmSync(path.join(datasetRoot(dataset), second!.path));
  for (const trainable of ["head", "all"] as const) {
    const { skipped, final } = await runExperiment(specOf(RANDOM, trainable));
    assert.deepEqual(
      skipped.map((video) => video.path),
      [first!.path, second!.path],
    );
    assert.ok(skipped.every(({ reason }) => reason.length > 0 && !reason.includes("\n")));
    assert.equal(final.n, 7);
  }
});
