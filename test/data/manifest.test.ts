import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { loadDataset, readDataset, type StoredDataset, writeDataset } from "vghif/dist/data/manifest.js";
import { datasetRoot, findDataset, listDatasets } from "vghif/dist/data/manifest-find.js";
import { UserError } from "vghif/dist/errors.js";

const DATASET: StoredDataset = {
  name: "three",
  title: "Three, with a comma",
  kind: "user",
  source: "the test",
  licence: "CC0",
  notes: "nothing",
  classes: ["run, fast", 'say "hi"', "climb"],
  splits: {
    train: [
      { path: "a b/1.mp4", label: 0, group: "g,1" },
      { path: "a b/2.mp4", label: 2 },
    ],
    test: [{ path: "c/3.mp4", label: 1, group: "g2" }],
  },
};

/** A fresh folder with a space in its path, holding the files given. */
function folderOf(files: Record<string, string>): string {
  const folder = path.join(mkdtempSync(path.join(tmpdir(), "vghif manifest ")), "set one");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  return folder;
}

const HEAD = '{"name":"x","title":"X","kind":"real","source":"s","licence":"l"}';

test("what is written is read back, and nothing else is left", () => {
  const folder = folderOf({ "val.csv": "stale", "keep.txt": "mine" });
  writeDataset(folder, DATASET);
  assert.deepEqual(readDataset(folder), { ...DATASET, folder });
  assert.deepEqual(readdirSync(folder).sort(), ["classes.csv", "dataset.json", "keep.txt", "test.csv", "train.csv"]);
});

test("writing the same again touches no file", () => {
  const folder = folderOf({});
  writeDataset(folder, DATASET);
  const before = readdirSync(folder).map((file) => statSync(path.join(folder, file), { bigint: true }).ino);
  writeDataset(folder, DATASET);
  assert.deepEqual(
    readdirSync(folder).map((file) => statSync(path.join(folder, file), { bigint: true }).ino),
    before,
  );
});

test("CRLF, a byte-order mark, class names for labels and extra columns are read", () => {
  const folder = folderOf({
    "dataset.json": HEAD,
    "classes.csv": "\uFEFFid,name\r\n0,run\r\n1,climb\r\n",
    "train.csv": "label,path,extra\r\nclimb,a/1.avi,7\r\n\r\n0,2.avi,8\r\n",
  });
  const dataset = readDataset(folder);
  assert.deepEqual(dataset.classes, ["run", "climb"]);
  assert.deepEqual(dataset.splits, {
    train: [
      { path: "a/1.avi", label: 1 },
      { path: "2.avi", label: 0 },
    ],
  });
});

const BAD: Record<string, [Record<string, string>, RegExp]> = {
  "unknown class": [{ "train.csv": "path,label\na.mp4,0\nb.mp4,jump" }, /train\.csv: line 3: unknown class "jump"$/],
  "label out of range": [{ "train.csv": "path,label\na.mp4,2" }, /train\.csv: line 2: label 2 is not in 0\.\.1$/],
  "negative label": [{ "train.csv": "path,label\na.mp4,-1" }, /line 2: label -1 is not in 0\.\.1$/],
  "missing column": [{ "test.csv": "path,class\na.mp4,0" }, /test\.csv: line 1: no column "label" in .*path,class/],
  "duplicate path": [
    { "train.csv": "path,label\na.mp4,0\nb.mp4,1\na.mp4,0" },
    /line 4: path "a\.mp4" is already on line 2$/,
  ],
  "escape upwards": [{ "train.csv": "path,label\nx/../../a.mp4,0" }, /line 2: path "x\/\.\.\/\.\.\/a\.mp4" leaves the/],
  "escape by root": [{ "train.csv": "path,label\n/etc/a.mp4,0" }, /line 2: path "\/etc\/a\.mp4" is absolute/],
  "escape by drive": [{ "train.csv": "path,label\nC:\\a.mp4,0" }, /is absolute/],
  "odd spelling": [{ "train.csv": "path,label\n./a.mp4,0" }, /should be written "a\.mp4"/],
  "short row": [{ "train.csv": "path,label,group\na.mp4,0" }, /line 2: 2 cells where the header has 3$/],
  "several faults": [
    { "train.csv": "path,label\na.mp4,7\nb.mp4,8\n" },
    /line 2: label 7 .*\(and 1 more: line 3: label 8/,
  ],
  "line numbers over quoted breaks": [{ "train.csv": 'path,label\n"a\nb.mp4",0\nc.mp4,9' }, /line 4: label 9/],
  "open quote": [{ "train.csv": 'path,label\n"a.mp4,0' }, /train\.csv: line 2: .*[Qq]uote/],
  "class ids out of order": [
    { "classes.csv": "id,name\n0,run\n2,climb" },
    /classes\.csv: line 3: id "2" where 1 comes next/,
  ],
  "class twice": [{ "classes.csv": "id,name\n0,run\n1,run" }, /line 3: class "run" is there twice/],
  "no classes": [{ "classes.csv": "id,name\n" }, /classes\.csv: no classes/],
  "not JSON": [{ "dataset.json": "{" }, /dataset\.json is not JSON/],
  "unknown kind": [{ "dataset.json": HEAD.replace("real", "fake") }, /dataset\.json: "kind"/],
  "name that is a path": [{ "dataset.json": HEAD.replace('"x"', '"../x"') }, /dataset\.json: "name"/],
  "video in two splits": [
    { "train.csv": "path,label\na.mp4,0", "test.csv": "path,label\na.mp4,0" },
    /video "a\.mp4" is in both train\.csv and test\.csv/,
  ],
  "group in two splits": [
    { "train.csv": "path,label,group\na.mp4,0,g", "val.csv": "path,label,group\nb.mp4,0,g" },
    /group "g" is in both train\.csv and val\.csv/,
  ],
};

for (const [fault, [files, message]] of Object.entries(BAD)) {
  test(`refused, by file and line: ${fault}`, () => {
    const folder = folderOf({ "dataset.json": HEAD, "classes.csv": "id,name\n0,run\n1,climb\n", ...files });
    assert.throws(
      () => readDataset(folder),
      (error: unknown) => {
        assert.ok(error instanceof UserError, String(error));
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n") || fault.includes("breaks"), "one line");
        return true;
      },
    );
  });
}

test("a folder without dataset.json is no dataset", () => {
  assert.throws(() => readDataset(folderOf({})), /cannot read .*dataset\.json.*ENOENT/);
});

test("a dataset is found by folder, and by name in the data folder first", (t) => {
  const folder = folderOf({});
  writeDataset(folder, DATASET);
  assert.equal(findDataset(folder).name, "three");

  const data = path.dirname(folder);
  const saved = process.env.VGHIF_DATA;
  t.after(() => {
    if (saved === undefined) delete process.env.VGHIF_DATA;
    else process.env.VGHIF_DATA = saved;
    rmSync(data, { recursive: true });
  });
  process.env.VGHIF_DATA = data;
  writeDataset(path.join(data, "three"), { ...DATASET, root: "../elsewhere" });
  const found = findDataset("three");
  assert.equal(datasetRoot(found), path.join(data, "elsewhere"));
  assert.equal(datasetRoot(DATASET), path.join(data, "three"));
  assert.ok(listDatasets().some((entry) => entry.name === "three"));
  assert.throws(() => findDataset("four"), /no dataset "four".*known: .*three/);
});

test("240 000 rows are read in a few seconds of processor time, and the same as a stream", async () => {
  const rows = Array.from({ length: 240_000 }, (_, i) => `class ${i % 400}/video-${i}.mp4,${i % 400},group-${i >> 2}`);
  const folder = folderOf({
    "dataset.json": HEAD,
    "classes.csv": `id,name\n${Array.from({ length: 400 }, (_, i) => `${i},class ${i}`).join("\n")}\n`,
    "train.csv": `path,label,group\n${rows.join("\n")}\n`,
  });
  const start = process.cpuUsage();
  assert.equal(readDataset(folder).splits.train?.length, 240_000);
  const { user } = process.cpuUsage(start);
  const seconds = user / 1e6;
  assert.ok(seconds < 8, `${seconds} s`);
  const streamed = process.cpuUsage();
  assert.equal((await loadDataset(folder)).splits.train?.at(-1)?.path, "class 399/video-239999.mp4");
  assert.ok(process.cpuUsage(streamed).user / 1e6 < 8);
});
