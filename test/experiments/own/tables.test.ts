/** Declared tables rebuilt on a dataset: their runs, their names, and what they refuse. No run is computed. */
import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, test } from "node:test";
import { writeDataset } from "vghif/dist/data/manifest.js";
import type { Dataset, Sample } from "vghif/dist/data/types.js";
import { ablationLevels } from "vghif/dist/experiments/declared/ablation-levels.js";
import { table3 } from "vghif/dist/experiments/declared/table-3.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { fewShotOn } from "vghif/dist/experiments/few-shot-on.js";
import { runId } from "vghif/dist/experiments/id.js";
import { chooseDataset } from "vghif/dist/experiments/own/choice.js";
import { tableOn } from "vghif/dist/experiments/own/table.js";
import { findTargetsOn } from "vghif/dist/experiments/own/targets.js";
import { trainSpec } from "vghif/dist/experiments/own/train.js";
import { fullRecipe } from "vghif/dist/experiments/recipes.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { type Table, tableSpecs } from "vghif/dist/experiments/table.js";

const DATA = mkdtempSync(path.join(tmpdir(), "vghif own tables "));

/** A dataset with so many videos of each class in each split. */
function dataset(name: string, train: readonly number[], test: readonly number[], val: readonly number[] = []): void {
  const samples = (split: string, counts: readonly number[]): readonly Sample[] =>
    counts.flatMap((count, label) =>
      Array.from({ length: count }, (_, at) => ({ path: `${split}/${label}/${at}.mp4`, label })),
    );
  const splits: Dataset["splits"] = {
    train: samples("train", train),
    ...(test.length > 0 ? { test: samples("test", test) } : {}),
    ...(val.length > 0 ? { val: samples("val", val) } : {}),
  };
  const classes = train.map((_, label) => `class ${label}`);
  const head = { name, title: name, kind: "user", source: "", licence: "" } as const;
  writeDataset(path.join(DATA, name), { ...head, classes, splits, root: DATA });
}

before(() => {
  process.env.VGHIF_DATA = DATA;
  dataset("mine", [13, 5, 7], [2, 2, 1]);
  dataset("lone", [1, 3], [], [1, 1]);
  dataset("none", [0, 3], [1, 1]);
  dataset("blind", [2, 3], []);
});

const specsOf = (table: Table): readonly RunSpec[] => tableSpecs(table, "smoke");

test("few-shot: columns that every class has videos for, and the very runs of vghif few-shot", async () => {
  const table = tableOn(table4, await chooseDataset("mine", { models: ["xclip"], seeds: 2 }));
  assert.equal(table.id, "few-shot-on-mine");
  assert.equal(table.title, "Few-shot action recognition on mine (3 classes, guessing 33.3 %)");
  assert.equal(table.claim, "VgHIF improves its baseline");
  assert.deepEqual(Object.keys(table.columns), ["mine-k2", "mine-k4"], "5 videos of class 1 are fewer than 8");
  const same = fewShotOn("mine", [2, 4], 2, undefined, "xclip");
  assert.deepEqual(specsOf(table).map(runId), specsOf(same).map(runId));
});

test("full supervision: one table for all four of the paper's, trained longer than on drawn videos", async () => {
  const table = tableOn(table3, await chooseDataset("mine"));
  assert.deepEqual(
    [table.id, Object.keys(table.columns), Object.keys(table.rows).length],
    ["full-on-mine", ["mine"], 6],
  );
  const [first] = specsOf(table);
  const { epochs, lr } = fullRecipe("clip", "smoke").train;
  assert.deepEqual(
    [first!.dataset, first!.task, first!.shots, first!.train?.epochs, first!.train?.lr],
    ["mine", "full", null, 3 * epochs, Number(((10 / 3) * lr).toPrecision(3))],
  );
  const { tables } = await findTargetsOn(["table-1", "full", "table-5", "table-3"], "mine");
  assert.deepEqual(
    tables.map(({ id }) => id),
    ["full-on-mine"],
  );
  assert.deepEqual(
    await trainSpec("mine"),
    specsOf(table).find(({ model, vghif }) => model === "clip" && vghif),
  );
  const baseline = await trainSpec("mine", { model: "vificlip", vghif: false, seed: 3 });
  assert.deepEqual(
    baseline,
    specsOf(table).find(({ model, vghif, seed }) => model === "vificlip" && !vghif && seed === 3),
  );
});

test("ablations: at the most shots there are, with levels of the weights' own depth", async () => {
  const small = tableOn(ablationLevels, await chooseDataset("mine"));
  assert.deepEqual([small.id, Object.keys(small.columns)], ["ablation-levels-on-mine", ["mine-k4"]]);
  const levels = (table: Table, key: string): unknown =>
    table.spec(table.rows[key]!, Object.values(table.columns)[0]!, 0, "smoke").vghif?.levels;
  assert.deepEqual(levels(small, "last-2"), [3, 4]);
  const deep = tableOn(ablationLevels, await chooseDataset("mine", { weights: "clip-vit-b-16", shots: [1, 5] }));
  assert.deepEqual(Object.keys(deep.columns), ["mine-k5"]);
  assert.deepEqual([levels(deep, "last-2"), levels(deep, "baseline")], [[9, 12], undefined]);
  assert.deepEqual((levels(deep, "all") as number[]).length, 12);
  const large = tableOn(ablationLevels, await chooseDataset("mine", { weights: "clip-vit-l-14" }));
  assert.deepEqual(levels(large, "only-3"), [18]);
});

test("at scale paper the official recipe stays; options change what they name and nothing else", async () => {
  const plain = tableOn(table4, await chooseDataset("mine"));
  const named = tableOn(table4, await chooseDataset("mine", { weights: "clip-vit-b-32", spelling: "words" }));
  const cell = (table: Table, scale: "smoke" | "paper"): RunSpec =>
    table.spec(table.rows["clip+vghif"]!, table.columns["mine-k4"]!, 1, scale);
  const official = table4.spec(table4.rows["clip+vghif"], table4.columns["hmdb51-k4"]!, 1, "paper");
  assert.deepEqual(cell(plain, "paper"), { ...official, dataset: "mine" });
  assert.deepEqual(cell(named, "smoke"), { ...cell(plain, "smoke"), weights: "clip-vit-b-32", spelling: "words" });
  const generated = tableOn(table4, await chooseDataset("hmdb-like", { seeds: 1 }));
  assert.ok(
    specsOf(table4)
      .map(runId)
      .includes(runId(specsOf(generated)[0]!)),
    "drawn videos keep the declared runs",
  );
});

test("small and odd datasets: one shot, validation in place of a test split, and clear refusals", async () => {
  const lone = tableOn(table4, await chooseDataset("lone"));
  assert.deepEqual([Object.keys(lone.columns), specsOf(lone)[0]!.evaluate], [["lone-k1"], "val"]);
  assert.match(lone.title, /\(2 classes, guessing 50\.0 %, scored on val\)$/);
  await assert.rejects(chooseDataset("blind"), /"blind" has neither test nor val videos/);
  const none = await chooseDataset("none");
  assert.throws(() => tableOn(table4, none), /class "class 0" of "none" has no training video/);
  assert.equal(tableOn(table3, none).id, "full-on-none");
  await assert.rejects(
    chooseDataset("mine", { shots: [2, 6] }),
    /class "class 1" of "mine" has 5 training videos, fewer/,
  );
  await assert.rejects(
    findTargetsOn(["table-9"], "mine"),
    /there is no "table-9" on a dataset.*full, few-shot, ablation-/,
  );
  await assert.rejects(findTargetsOn(["ablation-cost"], "mine"), /there is no "ablation-cost"/);
});

test("figures stand for the few-shot table; without names the ablations are left out", async () => {
  const all = await findTargetsOn([], "mine");
  assert.deepEqual([all.tables.map(({ id }) => id), all.named], [["full-on-mine", "few-shot-on-mine"], []]);
  assert.deepEqual(
    all.figures.map(({ id }) => id),
    ["figure-shots-on-mine", "figure-grounding-on-mine", "figure-embedding-on-mine"],
  );
  const one = await findTargetsOn(["figure-shots"], "mine");
  assert.deepEqual([one.tables.map(({ id }) => id), one.embedded("smoke")], [["few-shot-on-mine"], null]);
  const pair = all.embedded("smoke")!;
  assert.deepEqual([pair.baseline.vghif, pair.treatment.shots, pair.treatment.dataset], [null, 4, "mine"]);
});
