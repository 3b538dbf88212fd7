/** The whole kit on the user's own clips, as a user calls it: real ones where they are here, else drawn ones. Tiny model. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import type { TableResult } from "vghif/dist/experiments/table-result.js";
import { PROJECT_ROOT, sharedDir } from "../../shared.js";
import { writeTinyWeights } from "../../tiny-weights.js";

const FOLDER = mkdtempSync(path.join(tmpdir(), "vghif kit ü "));
const WEIGHTS = path.join(FOLDER, "tiny.safetensors");
const CLIPS = path.join(FOLDER, "my clips");
const REAL = sharedDir("real/fight_surv");
after(() => rmSync(FOLDER, { recursive: true }));

before(async () => {
  if (REAL) {
    for (const name of ["fight", "noFight"]) {
      mkdirSync(path.join(CLIPS, name), { recursive: true });
      for (const file of readdirSync(path.join(REAL, name)).sort().slice(0, 7)) {
        symlinkSync(path.join(REAL, name, file), path.join(CLIPS, name, file));
      }
    }
  } else {
    const declared = generatedDataset("ucf-like");
    const drawn = path.join(FOLDER, "drawn");
    await generateDataset(
      { ...declared, classes: declared.classes.slice(0, 2), videos: { train: 7, val: 0, test: 0 } },
      drawn,
    );
    symlinkSync(path.join(drawn, "train"), CLIPS);
  }
  await writeTinyWeights(WEIGHTS);
});

function vghif(...args: readonly string[]): string {
  const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  const env = {
    ...process.env,
    VGHIF_DATA: path.join(FOLDER, "data"),
    VGHIF_CACHE: path.join(FOLDER, "cache"),
    VGHIF_RECORDS: path.join(FOLDER, "records"),
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: FOLDER,
    encoding: "utf8",
    env,
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("folder to tables, an ablation, figures and a report, under names of their own", () => {
  assert.match(vghif("data", "new", "mine", "--from", CLIPS), /14 videos, 2 classes: /);
  const names = ["full", "few-shot", "ablation-tokens", "figure-shots", "figure-grounding"];
  const options = ["--dataset", "mine", "--models", "clip", "--shots", "1", "--seeds", "1", "--weights", WEIGHTS];
  const text = vghif("reproduce", ...names, ...options, "--jobs", "1", "--out", "report", "--json");
  const results = JSON.parse(text) as readonly TableResult[];
  assert.deepEqual(
    results.map(({ id, runs }) => [id, runs.recorded, runs.declared]),
    [
      ["full-on-mine", 2, 2],
      ["few-shot-on-mine", 2, 2],
      ["ablation-tokens-on-mine", 5, 5],
    ],
  );
  for (const { groups, published } of results) {
    assert.deepEqual(published, []);
    const [group] = groups;
    assert.deepEqual([group!.dataset, group!.kind, group!.weights], ["mine", REAL ? "user" : "generated", WEIGHTS]);
    for (const { cells } of group!.rows) assert.deepEqual([cells[0]!.seeds, cells[0]!.videos], [[0], [4, 4]]);
  }
  const report = readFileSync(path.join(FOLDER, "report", "index.html"), "utf8");
  for (const { id } of results) assert.ok(report.includes(`id="${id}"`), id);
  assert.doesNotMatch(report, /id="(table-\d|ablation-cost)/);
  const figures = readdirSync(path.join(FOLDER, "report", "figures")).sort();
  assert.deepEqual(figures, ["figure-grounding-on-mine.svg", "figure-shots-on-mine.svg"]);
});

test("a recogniser is kept, knows its classes and frames, and is exported with them", () => {
  const file = path.join("models", "mine.safetensors");
  const line = vghif("train", "mine", "--out", file, "--weights", WEIGHTS);
  assert.match(
    line,
    /^top-1 \d+\.\d % of 4 test videos \(2 classes, guessing 50\.0 %\) · mine, seed 0, clip \+ VgHIF: /,
  );
  const classes = readdirSync(CLIPS).sort();
  const video = path.join(CLIPS, classes[0]!, readdirSync(path.join(CLIPS, classes[0]!))[0]!);
  const answer = JSON.parse(vghif("predict", video, "--weights", file, "--json")) as {
    readonly top: readonly { readonly label: string }[];
    readonly indices: readonly number[];
  };
  assert.deepEqual([answer.top.map(({ label }) => label).sort(), answer.indices.length], [classes, 8]);
  assert.match(vghif("export", file, "--onnx", "mine.onnx"), /output logits \[batch, 2\]/);
  assert.ok(existsSync(path.join(FOLDER, "mine.onnx")));
});
