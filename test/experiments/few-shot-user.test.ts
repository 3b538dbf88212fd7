/** From a folder of clips to a table, a trained recogniser and its grounding map: real files, real workers, tiny model. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { fewShotOn } from "vghif/dist/experiments/few-shot-on.js";
import { runId } from "vghif/dist/experiments/id.js";
import { drawGrounding } from "vghif/dist/experiments/report/grounding.js";
import { mapFiles, readMaps } from "vghif/dist/experiments/report/maps.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { readTable, type TableResult } from "vghif/dist/experiments/table-result.js";
import { trainedRecognizer } from "vghif/dist/experiments/trained.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { PROJECT_ROOT } from "../shared.js";
import { writeTinyWeights } from "../tiny-weights.js";

const FOLDER = mkdtempSync(path.join(tmpdir(), "vghif user "));
const WEIGHTS = path.join(FOLDER, "model.safetensors");
const RECORDS = path.join(FOLDER, "records");
after(() => rmSync(FOLDER, { recursive: true }));

before(async () => {
  Object.assign(process.env, {
    VGHIF_DATA: path.join(FOLDER, "data"),
    VGHIF_CACHE: path.join(FOLDER, "cache"),
    VGHIF_RECORDS: RECORDS,
  });
  const declared = generatedDataset("ucf-like");
  const videos = { train: 7, val: 0, test: 0 };
  await generateDataset({ ...declared, classes: declared.classes.slice(0, 3), videos }, path.join(FOLDER, "clips"));
  await writeTinyWeights(WEIGHTS);
});

function vghif(...args: readonly string[]): string {
  const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: FOLDER, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

const FEW_SHOT = ["few-shot", "mine", "--shots", "1,2", "--seeds", "2", "--weights", WEIGHTS, "--json"];

test("a folder of clips becomes a few-shot table; a second call only reads", () => {
  vghif("data", "new", "mine", "--from", path.join(FOLDER, "clips", "train"));
  const [result] = JSON.parse(vghif(...FEW_SHOT)) as readonly [TableResult];
  assert.deepEqual(result.runs, { declared: 8, recorded: 8 });
  const [group] = result.groups;
  assert.equal(group!.kind, "generated", "clips that the project drew are said to be drawn");
  const [baseline, twin] = group!.rows;
  for (const cell of [...baseline!.cells, ...twin!.cells]) {
    assert.deepEqual(cell.seeds, [0, 1]);
    assert.deepEqual(cell.videos, [6, 6], "0.3 of 7 videos of each of 3 classes");
    for (const value of cell.values)
      assert.ok(Number.isInteger(Math.round(value * 6 * 1e6) / 1e8), `${value} % of 6 videos`);
  }
  const difference = group!.comparisons[0]!.cells[1]!.difference!;
  const by = twin!.cells[1]!.values.map((value, seed) => value - baseline!.cells[1]!.values[seed]!);
  assert.equal(difference.mean, (by[0]! + by[1]!) / 2);

  const times = readdirSync(RECORDS).map((name) => statSync(path.join(RECORDS, name)).mtimeMs);
  assert.deepEqual(JSON.parse(vghif(...FEW_SHOT)), [result]);
  assert.deepEqual(
    readdirSync(RECORDS).map((name) => statSync(path.join(RECORDS, name)).mtimeMs),
    times,
  );
});

test("the run's recogniser comes back from the cache with its fusion, and draws the map of a video it recognises", async () => {
  const table = fewShotOn("mine", [1, 2], 2, WEIGHTS);
  const store = openStore();
  assert.equal(readTable(table, "smoke", store).runs.recorded, 8);
  const spec = tableSpecs(table, "smoke").find(({ vghif: fusion, shots }) => fusion && shots === 2)!;
  const first = await trainedRecognizer(spec);
  const again = await trainedRecognizer(spec);
  assert.equal(again.hash, first.hash);
  assert.deepEqual(again.config.vghif, spec.vghif);
  for (const { params } of [first, again]) disposeParams(params);

  const report = path.join(FOLDER, "report");
  await drawGrounding(table, "smoke", store, {}, report);
  const pictures = readdirSync(path.join(report, "pictures"));
  const recognised = store.read(runId(spec)).predictions.some(([, label, best]) => best[0] === label);
  assert.equal(pictures.length, recognised ? 1 : 0);
  if (!recognised) return;
  assert.match(pictures[0]!, /^mine-.*-K-=-2-run-[0-9a-f]{12}\.svg$/);
  assert.match(readFileSync(path.join(report, "pictures", pictures[0]!), "utf8"), /^<svg/);
  assert.ok(existsSync(path.join(FOLDER, "cache", "recognizers")));

  const [file] = mapFiles(report);
  const maps = readMaps(file!);
  assert.deepEqual([maps.run, maps.seen, maps.frames.length % maps.seen], [runId(spec), spec.frames, 0]);
  assert.deepEqual(
    maps.visits.map(({ pass, block, maps: all }) => [pass, block, all.length]),
    [1, 2, 3, 4].map((block) => [0, block, 1]),
  );
  for (const { grid, maps: all, frames, most } of maps.visits) {
    const patches = Buffer.from(all[0]!, "base64");
    assert.deepEqual([patches.length, Math.max(...patches)], [grid * grid, 255]);
    const whole = frames!.reduce((sum, weight) => sum + weight, 0) + (most / 255) * patches.reduce((a, b) => a + b, 0);
    assert.ok(Math.abs(whole - 1) < 0.01, `weights of class tokens and patches add up to 1, not ${whole}`);
  }
  const written = statSync(file!).mtimeMs;
  await drawGrounding(table, "smoke", store, {}, report);
  assert.equal(statSync(file!).mtimeMs, written, "what is there is kept");
  store.setAside(runId(spec));
  await drawGrounding(table, "smoke", store, {}, report);
  assert.deepEqual(
    [mapFiles(report), readdirSync(path.join(report, "pictures"))],
    [[], []],
    "and goes with its record",
  );
});
