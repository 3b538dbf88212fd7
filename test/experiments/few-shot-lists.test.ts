/** Few-shot runs on published lists: which videos they train on, and what a spec may say. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { drawShots } from "vghif/dist/data/few-shot.js";
import { readDataset, writeDataset } from "vghif/dist/data/manifest.js";
import { fewShotOn } from "vghif/dist/experiments/few-shot-on.js";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { runExperiment } from "vghif/dist/experiments/run-experiment.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { makeTiny, tinySpec } from "../tiny-runs.js";

const FOLDER = mkdtempSync(path.join(tmpdir(), "vghif lists "));
after(() => rmSync(FOLDER, { recursive: true }));

let weights: string;

/** The draw of seed 1 as a published list of 2, another list of 3 videos a class, and no training split, as lists alone give. */
before(async () => {
  weights = (await makeTiny(FOLDER)).weights;
  const tiny = readDataset(path.join(FOLDER, "data", "tiny"));
  const train = tiny.splits.train ?? [];
  const fewShot = {
    "vifi-clip-2": drawShots(train, tiny.classes, 2, 1),
    "vifi-clip-3": drawShots(train, tiny.classes, 3, 2),
  };
  const { folder: _, root: __, ...rest } = tiny;
  const listed = { ...rest, name: "listed", root: path.join(FOLDER, "data", "tiny"), fewShot };
  writeDataset(path.join(FOLDER, "data", "listed"), listed);
  writeDataset(path.join(FOLDER, "data", "bare"), {
    ...listed,
    name: "bare",
    splits: { test: tiny.splits.test ?? [] },
  });
});

test("a run on a list trains on its very videos, also where there is no training split", async () => {
  const own = tinySpec(weights, 1, 2);
  const { epochs: expected } = await runExperiment(own);
  for (const dataset of ["listed", "bare"]) {
    const { epochs } = await runExperiment({ ...own, dataset, fewShotLists: "vifi-clip" });
    assert.deepEqual(
      epochs.map(({ loss }) => loss),
      expected.map(({ loss }) => loss),
    );
  }
  const { epochs: other } = await runExperiment({ ...own, dataset: "bare", shots: 3, fewShotLists: "vifi-clip" });
  assert.notDeepEqual(
    other.map(({ loss }) => loss),
    expected.map(({ loss }) => loss),
  );
  await assert.rejects(
    runExperiment({ ...own, dataset: "listed", shots: 4, fewShotLists: "vifi-clip" }),
    /dataset "listed" has no few-shot list "vifi-clip-4", but only vifi-clip-2, vifi-clip-3/,
  );
  await assert.rejects(runExperiment({ ...own, dataset: "bare" }), /dataset "bare" has no videos in its train split/);
});

test("lists are part of a few-shot run, and absent ones leave its id alone", () => {
  const own = tinySpec(weights, 0, 2);
  const listed = { ...own, fewShotLists: "vifi-clip" as const };
  assert.deepEqual(parseSpec(JSON.parse(JSON.stringify(listed)), "a.json"), listed);
  assert.notEqual(runId(listed), runId(own));
  assert.throws(() => parseSpec({ ...own, fewShotLists: "mine" }, "a.json"), /field "fewShotLists"/);
  const full = { ...listed, task: "full", shots: null };
  assert.throws(() => parseSpec(full, "a.json"), /field "fewShotLists" is for few-shot runs, and "task" is "full"/);
});

test("the comparison on a dataset of one's choice takes lists for all its runs", () => {
  const table = fewShotOn("bare", [2, 3], 2, weights, "clip", "vifi-clip");
  const specs = tableSpecs(table, "smoke");
  assert.equal(specs.length, 2 * 2 * 2);
  assert.ok(specs.every(({ fewShotLists, dataset }) => fewShotLists === "vifi-clip" && dataset === "bare"));
  assert.throws(() => fewShotOn("bare", [2, 5], 2, weights, "clip", "vifi-clip"), /no few-shot list "vifi-clip-5"/);
  assert.ok(tableSpecs(fewShotOn("listed", [2], 1, weights), "smoke").every((spec) => !("fewShotLists" in spec)));
});
