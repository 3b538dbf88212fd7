import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { fewShotTraining } from "vghif/dist/data/few-shot.js";
import { loadDataset, readDataset } from "vghif/dist/data/manifest.js";
import { datasetRoot, findDataset, listDatasets } from "vghif/dist/data/manifest-find.js";
import { officialName, storeImport } from "vghif/dist/data/official/store.js";
import { manifestHash } from "vghif/dist/experiments/run-experiment.js";
import { imported, refused } from "./folder.js";

const LISTS = {
  "val1.txt": "a_kick_0.avi 20\n",
  "train1_few_shot_1.txt": "b_kick_0.avi 20\nb_run_0.avi 32\n",
  "train1_few_shot_2.txt": "c_kick_0.avi 20\n",
};

test("an import is stored, found again with its few-shot lists, and imported again to the same", async (t) => {
  const saved = process.env.VGHIF_DATA;
  t.after(() => {
    if (saved === undefined) delete process.env.VGHIF_DATA;
    else process.env.VGHIF_DATA = saved;
  });
  process.env.VGHIF_DATA = mkdtempSync(path.join(tmpdir(), "vghif data "));
  assert.throws(() => findDataset("hmdb51-1"), /no dataset "hmdb51-1".*vghif data import hmdb51 --lists FOLDER$/);
  const found = await imported("hmdb51", LISTS);
  const folder = storeImport(found)[0] as string;
  const stored = findDataset("hmdb51-1");
  assert.deepEqual(stored, { ...found.datasets[0], folder });
  assert.deepEqual(await loadDataset(folder), stored);
  assert.equal(datasetRoot(stored), path.join(process.env.VGHIF_DATA, "hmdb51"));
  assert.ok(listDatasets().some(({ name }) => name === "hmdb51-1"));

  assert.deepEqual(
    fewShotTraining(stored, 1, 5, "vifi-clip").map((sample) => sample.path),
    ["kick/b_kick_0.avi", "run/b_run_0.avi"],
  );
  assert.deepEqual(
    fewShotTraining(stored, 2, 0, "vifi-clip").map((sample) => sample.path),
    ["kick/c_kick_0.avi"],
  );
  const missing = /has no few-shot list "vifi-clip-4", but only vifi-clip-1, vifi-clip-2; .*vghif data import hmdb51/;
  assert.throws(() => fewShotTraining(stored, 4, 0, "vifi-clip"), missing);

  const { fewShot, ...without } = stored;
  assert.notEqual(
    manifestHash(stored),
    manifestHash(without),
    "the lists are part of what a record says it was made from",
  );
  assert.ok(fewShot);
  storeImport(await imported("hmdb51", { "val1.txt": LISTS["val1.txt"] }));
  assert.equal(readDataset(folder).fewShot, undefined, "lists that are no longer there are gone");
});

test("few-shot lists that hold a scored video are refused", async () => {
  const { writeDataset } = await import("vghif/dist/data/manifest.js");
  const { datasets } = await imported("hmdb51", { ...LISTS, "train1_few_shot_1.txt": "a_kick_0.avi 20\n" });
  const folder = mkdtempSync(path.join(tmpdir(), "vghif leak "));
  const leak = /video "kick\/a_kick_0\.avi" is in both test\.csv and few-shot\/vifi-clip-1\.csv/;
  assert.throws(() => writeDataset(folder, datasets[0] as (typeof datasets)[number]), leak);
});

test("names: a dataset, or one of its splits", () => {
  assert.equal(officialName("ucf101-3"), "ucf101");
  assert.equal(officialName("mini-kinetics-200"), "mini-kinetics-200");
  assert.throws(
    () => officialName("kinetics-600"),
    /no official lists of "kinetics-600" are known; there are kinetics-400,/,
  );
});

test("one bad row anywhere, in any list, is named by its line", async () => {
  const row = (i: number): string => `${String(i).padStart(11, "v")},${i},${i + 10}`;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 59 }), fc.constantFrom("hmdb", "ucf", "csv"), async (at, kind) => {
      const bad = (good: (i: number) => string, text: string): string =>
        `${Array.from({ length: 60 }, (_, i) => (i === at ? text : good(i))).join("\n")}\n`;
      if (kind === "csv") {
        const text = bad((i) => `yoga,${row(i)},train`, "yoga,short,1,2,train");
        await refused(
          "kinetics-400",
          { "train.csv": `label,youtube_id,time_start,time_end,split\n${text}` },
          new RegExp(`train\\.csv: line ${at + 2}: "short" is not`),
        );
      } else if (kind === "ucf") {
        const text = bad((i) => `YoYo/v_YoYo_g${10 + i}_c01.avi 101`, "YoYo/v_YoYo_g08_c01.avi 7");
        await refused(
          "ucf101",
          { "trainlist02.txt": text },
          new RegExp(`trainlist02\\.txt: line ${at + 1}: .*is labelled`),
        );
      } else {
        const text = bad((i) => `clip${i}.avi ${i % 3}`, "clip.avi x");
        await refused(
          "hmdb51",
          { "run_test_split2.txt": text },
          new RegExp(`run_test_split2\\.txt: line ${at + 1}: tag "x"`),
        );
      }
    }),
    { numRuns: 40 },
  );
});
