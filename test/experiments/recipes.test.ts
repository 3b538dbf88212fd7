import assert from "node:assert/strict";
import { test } from "node:test";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { fewShotTable } from "vghif/dist/experiments/few-shot.js";
import { fewShotOn } from "vghif/dist/experiments/few-shot-on.js";
import { runId, sha256 } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { ownRecipe, paperRecipe, SMOKE_FEW_SHOT, SMOKE_RECIPES } from "vghif/dist/experiments/recipes.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { variationText } from "vghif/dist/experiments/variation-text.js";
import { FAMILIES, type FamilyName } from "vghif/dist/models/families.js";

const NAMES = Object.keys(FAMILIES) as FamilyName[];

test("the official recipes as a run's options", () => {
  const vificlip = {
    model: "vificlip",
    weights: "clip-vit-b-16",
    frames: 32,
    template: "a photo of a {}.",
    train: {
      epochs: 50,
      warmupEpochs: 5,
      batch: 64,
      lr: 2e-6,
      fusionLrScale: 10,
      weightDecay: 0.001,
      labelSmoothing: 0.1,
      trainable: "all",
      microBatch: 2,
      remat: true,
      sampling: "segments",
      augment: OFFICIAL_AUGMENTATION,
      mixing: { mixup: 0.8, cutmix: 1, cutmixChance: 0.5, group: 4 },
    },
  };
  assert.deepEqual(paperRecipe("vificlip"), vificlip);
  assert.deepEqual(paperRecipe("clip"), { ...vificlip, model: "clip" });
  assert.deepEqual(paperRecipe("xclip"), {
    ...vificlip,
    model: "xclip",
    template: "{}",
    train: { ...vificlip.train, trainable: "visual", addedLrScale: 10, decay: "matrices" },
  });
  assert.deepEqual(paperRecipe("vificlip", "few-shot, prompts"), {
    ...vificlip,
    template: "{}.",
    prompts: { vision: { length: 10, depth: 12 }, text: { length: 10, depth: 12 } },
    train: { ...vificlip.train, trainable: "added", lr: 8e-3, fusionLrScale: 0.0025 },
  });
  assert.equal(paperRecipe("xclip", "full").train.mixing!.group, 8);
  assert.equal(paperRecipe("vificlip", "full").train.mixing!.group, 4);
  for (const family of ["clip", "xclip", "vificlip"] as const) {
    assert.deepEqual(paperRecipe(family, "full").views, { clips: 4, crops: 3, rule: "random" });
    assert.equal("views" in paperRecipe(family, "few-shot"), false, "one view");
  }
  assert.equal(
    variationText(paperRecipe("xclip").train),
    "training clips drawn from segments, cropped, mirrored, coloured, grayed, mixed",
  );
  assert.equal(variationText({ ...SMOKE_FEW_SHOT.train, augment: { flip: 0, gray: 0.2 } }), "training clips grayed");
  assert.equal(variationText(SMOKE_FEW_SHOT.train), null);
  assert.throws(() => paperRecipe("actionclip"), /no official recipe of actionclip/);
});

test("the smoke recipes start from the shipped weights, are whole specs, and train what they can afford", () => {
  for (const model of NAMES) {
    assert.equal(SMOKE_RECIPES[model].model, model);
    assert.equal(SMOKE_RECIPES[model].weights, "smoke-clip");
    const table = fewShotOn("hmdb-like", [2, 4], 3, undefined, model);
    assert.deepEqual(Object.keys(table.rows), [model, `${model}+vghif`]);
    assert.equal(Object.values(table.rows)[1]!.label, `${FAMILIES[model].title} + VgHIF`);
    const specs = tableSpecs(table, "smoke");
    assert.equal(specs.length, 12);
    for (const spec of specs) assert.deepEqual(parseSpec(JSON.parse(JSON.stringify(spec)), "spec"), spec);
  }
  const ids = NAMES.flatMap((model) =>
    tableSpecs(fewShotOn("hmdb-like", [2], 1, undefined, model), "smoke").map(runId),
  );
  assert.equal(new Set(ids).size, 8);
});

test("the user's own videos get three times as long and fast a training", () => {
  const { train } = SMOKE_FEW_SHOT;
  assert.deepEqual(ownRecipe("clip"), {
    ...SMOKE_FEW_SHOT,
    train: { ...train, epochs: 60, warmupEpochs: 6, lr: 1e-3 },
  });
  const { lr, epochs } = ownRecipe("vificlip").train;
  assert.deepEqual([lr, epochs], [3e-4, 9], "a whole tower is not trained faster");
});

test("a change of the recipe is a change of every run; the smoke runs' ids stay what they were", () => {
  const choice = {
    id: "x",
    title: "x",
    datasets: [{ smoke: "hmdb-like", paper: "hmdb51" }],
    shots: [2],
    seeds: { smoke: [0], paper: [0] },
  };
  const ids = tableSpecs(fewShotTable(choice), "smoke").map(runId);
  assert.equal(sha256(ids.join("\n")), "186268a15be3f59060f537d40c651cd3a238fc9e77f9f1e152306faa5b250cbb");
  const [changed] = tableSpecs(fewShotTable({ ...choice, change: { frames: 3 } }), "smoke");
  assert.equal(changed!.frames, 3);
});
