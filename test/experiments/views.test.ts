import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { threeCropTransform } from "vghif/dist/data/frames/transforms.js";
import type { ViewsSpec } from "vghif/dist/data/frames/views.js";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { type ExperimentResult, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { type Params, tf, tidy } from "vghif/dist/nn/array.js";
import { fileHash } from "vghif/dist/weights/file-hash.js";
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

const bestOf = ({ predictions }: ExperimentResult) => predictions.map(([name, , best]) => [name, best[0]]);

for (const trainable of ["head", "all"] as const) {
  test(`views are averaged where ${trainable === "head" ? "the tower is frozen" : "all is trained, from pixels"}`, async () => {
    for (const views of [RANDOM, FIXED]) {
      const spec = specOf(views, trainable);
      const tensors = tf.memory().numTensors;
      let expected: Awaited<ReturnType<typeof byHand>> | undefined;
      const result = await runExperiment(spec, {
        onTrained: async (params, config) => {
          expected = await byHand(spec, views, params, config);
        },
      });
      assert.equal(tf.memory().numTensors, tensors, "no tensor may be left behind");
      assert.equal(result.final.n, 9);
      // Answers that a rounding could turn would say nothing.
      for (const mean of expected!.means) {
        const [first, second] = [...mean].sort((a, b) => b - a);
        assert.ok(first! - second! > 1e-4, `${mean}`);
      }
      assert.deepEqual(bestOf(result), expected!.best);
      const { seconds: _, ...again } = await runExperiment(spec);
      const { seconds: __, ...once } = result;
      assert.deepEqual(again, once, "the same run gives the same");
    }
  });
}

test("a batch of fewer views than a video has gives the same", async () => {
  const spec = specOf(RANDOM, "all");
  const four = await runExperiment({ ...spec, train: { ...spec.train!, microBatch: 4 } });
  const whole = await runExperiment(spec);
  assert.deepEqual(bestOf(four), bestOf(whole));
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
