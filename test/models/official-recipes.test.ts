import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import Papa from "papaparse";
import { OFFICIAL_RECIPES, type OfficialRecipe, officialRecipe } from "vghif/dist/models/official-recipes.js";
import { absent, sharedDir } from "../shared.js";

type Row = Readonly<Record<string, string>>;

const SHORT: Readonly<Record<string, string>> = {
  "kinetics-400": "K400",
  "kinetics-600": "K600",
  hmdb51: "HMDB51",
  ucf101: "UCF101",
};

/** The recipe's line of the table: its system and setting as the table spells them. */
function isRow(recipe: OfficialRecipe, row: Row): boolean {
  const prompts = recipe.setting === "few-shot, prompts";
  const system = { xclip: "X-CLIP", vificlip: prompts ? "ViFi-CLIP + VL prompts" : "ViFi-CLIP" }[recipe.family];
  return row.system === system && row.setting!.startsWith(prompts ? "few-shot" : recipe.setting);
}

/** "8e-8" or "1/100 base" as a share of the base rate. */
function ratioOf(minLr: string, base: number): number {
  return minLr.startsWith("1/") ? 1 / Number.parseFloat(minLr.slice(2)) : Number(minLr) / base;
}

describe("official recipes", () => {
  it("are one a family and setting, each with its source", () => {
    const keys = OFFICIAL_RECIPES.map(({ family, setting }) => `${family} ${setting}`);
    assert.equal(new Set(keys).size, keys.length);
    for (const { source } of OFFICIAL_RECIPES) assert.match(source, /@[0-9a-f]{7}|arXiv/);
    assert.equal(officialRecipe("xclip", "full").lr, 8e-6);
    assert.throws(() => officialRecipe("clip", "full"), /no official recipe of clip for the setting "full"/);
  });

  const file = sharedDir("reference-results/training-recipes.csv");
  for (const recipe of OFFICIAL_RECIPES) {
    it(`are the published values: ${recipe.family}, ${recipe.setting}`, (t) => {
      if (!file) return t.skip(absent("reference-results/training-recipes.csv"));
      const { data } = Papa.parse<Row>(readFileSync(file, "utf8"), { header: true, skipEmptyLines: true });
      const rows = data.filter((row) => isRow(recipe, row));
      assert.equal(rows.length, 1, "one row of the table");
      const row = rows[0]!;
      const names = recipe.datasets.map((name) => SHORT[name]!);
      assert.deepEqual(row.dataset!.replace(/ \(.*/, "").split("/"), names);
      assert.deepEqual([recipe.epochs, recipe.warmupEpochs], [Number(row.epochs), Number(row.warmup_epochs)]);
      assert.equal(recipe.lr, Number(row.base_lr));
      assert.ok(Math.abs(recipe.minLrRatio - ratioOf(row.min_lr!, recipe.lr)) < 1e-12);
      assert.equal(recipe.addedLrScale, row.lr_new_modules === "10x base" ? 10 : 1);
      assert.equal(recipe.weightDecay, Number.parseFloat(row.weight_decay!));
      if (row.weight_decay!.includes("0 on 1-d")) assert.equal(recipe.decay, "matrices");
      if (row.optimizer!.includes("one group")) assert.equal(recipe.decay, "all");
      assert.equal(recipe.batch, Number(row.batch));
      assert.deepEqual(recipe.frames, row.frames!.split(" or ").map(Number));
      const { multiScaleCrop, flip, colorJitter, gray } = recipe.augmentation;
      const short = (x: number): string => String(x).replace(/^0/, "");
      assert.equal(
        row.train_aug,
        `MultiScaleCrop(${multiScaleCrop.map(short)})+flip ${short(flip)}+ColorJitter ${short(colorJitter)}+Gray ${short(gray)}`,
      );
      assert.deepEqual([recipe.mixup, recipe.cutmix], [Number(row.mixup), Number(row.cutmix)]);
      // Mixed within what a device loads, a whole number of times a step.
      assert.equal(recipe.batch % recipe.videosPerDevice, 0);
      assert.equal(recipe.labelSmoothing, Number(row.label_smoothing));
      assert.equal(`${recipe.views.clips}x${recipe.views.crops}`, row.eval_views);
      const text = row.text_encoder!;
      if (text.startsWith("frozen")) assert.equal(recipe.trained, "visual");
      else if (text === "tuned") assert.equal(recipe.trained, "all");
      else {
        const [, length, , depth] = /^(\d+) text \+ (\d+) vision prompts, depth (\d+)$/.exec(text)!;
        assert.equal(recipe.trained, "added");
        assert.deepEqual(recipe.prompts, { length: Number(length), depth: Number(depth) });
      }
    });
  }
});
