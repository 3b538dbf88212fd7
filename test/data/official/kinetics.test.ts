import assert from "node:assert/strict";
import { test } from "node:test";
import { imported, refused, rowsOf } from "./folder.js";

const HEAD = "label,youtube_id,time_start,time_end,split";

/** Ids with "_" and "-" at either end, the label spelt in several ways, is_cc, "validate", quotes, CRLF. */
const CSV = {
  "train.csv": `${HEAD},is_cc\nzumba,_-3B32lodo2,59,69,train,0\nPetting_animal (not cat),-Qhiiw9yJ-_,0,10,train,1\n`,
  "validate.csv": `\uFEFF${HEAD}\r\n"abseiling",0wR5jVB-WPk,417,427,validate\r\n`,
  "test.csv": "youtube_id,time_start,time_end,split\n--0123456_9,1,11,test\nabcdefghijk,2,12,test\n",
};

test("Kinetics' CSV files: ids, times, spellings; test videos without labels are left out", async () => {
  const found = await imported("kinetics-400", CSV);
  assert.deepEqual(
    found.datasets.map(({ name, classes, root }) => [name, classes.length, root]),
    [["kinetics-400", 400, undefined]],
  );
  const place = (name: string) => found.datasets[0]?.classes.indexOf(name);
  assert.deepEqual(rowsOf(found, "kinetics-400", "train"), [
    `-Qhiiw9yJ-__000000_000010 ${place("petting animal (not cat)")}`,
    "_-3B32lodo2_000059_000069 399",
  ]);
  assert.deepEqual(rowsOf(found, "kinetics-400", "val"), ["0wR5jVB-WPk_000417_000427 0"]);
  assert.equal(rowsOf(found, "kinetics-400", "test"), undefined);
  assert.match(found.notes[0] ?? "", /test\.csv: 2 test videos without a label are left out/);
  assert.match(found.warnings.join("\n"), /kinetics-400: 2 train videos where 246535 are expected/);
});

test("test videos with labels are read; a file's name tells the split where no column does", async () => {
  const found = await imported("kinetics-400", {
    "k400/kinetics_test.csv": `${HEAD}\nyoga,abcdefghijk,2,12,test\n`,
    "k400/kinetics_val.csv": "label,youtube_id,time_start,time_end\nyoga,abcdefghijl,2,12\n",
    "k700/train.csv": `${HEAD}\ntestifying,abcdefghijm,2,12,train\n`,
  });
  assert.deepEqual(rowsOf(found, "kinetics-400", "test"), ["abcdefghijk_000002_000012 398"]);
  assert.deepEqual(rowsOf(found, "kinetics-400", "val"), ["abcdefghijl_000002_000012 398"]);
  assert.equal(rowsOf(found, "kinetics-400", "train"), undefined);
});

test("ViFi-CLIP's lists fill in for splits without a CSV file; the full training list before the small one", async () => {
  const lists = {
    "k400_splits/val.txt": "val/-_Dh3lodo2__000059_000069.mp4 3\r\n",
    "k400_splits/train_tiny.txt": "train/abcdefghijk_000001_000011.mp4 4\r\n",
    "k600_splits/val.txt": "val/bbcdefghijk_000001_000011.mp4 599\n",
  };
  const tiny = await imported("kinetics-400", lists);
  assert.deepEqual(rowsOf(tiny, "kinetics-400", "val"), ["-_Dh3lodo2__000059_000069 3"]);
  assert.deepEqual(rowsOf(tiny, "kinetics-400", "train"), ["abcdefghijk_000001_000011 4"]);
  assert.match(tiny.datasets[0]?.notes ?? "", /train from ViFi-CLIP's train_tiny\.txt/);
  const full = await imported("kinetics-400", {
    ...lists,
    "k400_splits/train.txt": "train/cbcdefghijk_000001_000011.mp4 5\n",
  });
  assert.deepEqual(rowsOf(full, "kinetics-400", "train"), ["cbcdefghijk_000001_000011 5"]);
  const mixed = await imported("kinetics-400", { ...lists, "validate.csv": CSV["validate.csv"] });
  assert.deepEqual(rowsOf(mixed, "kinetics-400", "val"), ["0wR5jVB-WPk_000417_000427 0"]);
});

test("bad rows are named by file, line and fault", async () => {
  const csv = (row: string) => ({ "train.csv": `${HEAD}\nyoga,abcdefghijk,2,12,train\n${row}\n` });
  const bad: [row: string, message: RegExp][] = [
    ["yoga,#NAME?,2,12,train", /train\.csv: line 3: "#NAME\?" is not a YouTube id of 11 characters$/],
    ["yoga,abcdefghij,2,12,train", /line 3: "abcdefghij" is not a YouTube id/],
    ["yoga,abcdefghijl,2.5,12,train", /line 3: "2\.5" to "12" is not a time in whole seconds$/],
    ["yoga,abcdefghijl,12,12,train", /line 3: the clip ends at 12 s, before it starts at 12 s$/],
    ["yoga,abcdefghijl,2,12,trian", /line 3: split "trian" is not train, val \(validate\) or test$/],
    ["yogging,abcdefghijl,2,12,train", /line 3: unknown class "yogging"$/],
    [",abcdefghijl,2,12,train", /line 3: no label$/],
    ["zumba,abcdefghijk,2,12,train", /line 3: clip "abcdefghijk_000002_000012" is already on line 2$/],
    ["yoga,abcdefghijl,2,12", /line 3: 4 cells where the header has 5$/],
    ['"yoga,abcdefghijl,2,12,train', /line 3: .*[Qq]uote/],
  ];
  for (const [row, message] of bad) await refused("kinetics-400", csv(row), message);
  const list = (row: string) => ({ "val.txt": `val/abcdefghijk_000001_000011.mp4 3\n${row}\n` });
  await refused(
    "kinetics-400",
    list("val/abcdefghij_000001_000011.mp4 3"),
    /val\.txt: line 2: not "<youtube id>_<start>_<end>/,
  );
  await refused("kinetics-400", list("val/abcdefghijl_000001_000011.mp4 400"), /line 2: label 400 is not in 0\.\.399$/);
  await refused(
    "kinetics-400",
    { ...CSV, "more.csv": CSV["train.csv"] },
    /both more\.csv and train\.csv hold train videos/,
  );
  await refused("kinetics-400", { "a.csv": "x,y\n" }, /no list of kinetics-400 below .*expected CSV files/);
});

const MINI = {
  "mini/train_ytid_list.txt": "_-3B32lodo2\n-Qhiiw9yJ-_\n",
  "mini/val_ytid_list.txt": "0wR5jVB-WPk\r\n",
};

test("Mini-Kinetics: bare ids joined with Kinetics, in classes of its own", async () => {
  const kinetics = {
    "k400/train.csv": `${HEAD}\nyoga,_-3B32lodo2,59,69,train\nabseiling,-Qhiiw9yJ-_,0,10,train\nzumba,abcdefghijk,1,11,train\n`,
    "k400/val.csv": `${HEAD}\nabseiling,0wR5jVB-WPk,417,427,val\n`,
  };
  const found = await imported("mini-kinetics-200", { ...MINI, ...kinetics });
  const classes = found.datasets[0]?.classes ?? [];
  assert.equal(classes.length, 200);
  assert.deepEqual([...classes].sort(), classes, "in alphabetical order");
  const yoga = classes.indexOf("yoga");
  assert.ok(yoga > 0 && yoga < 200);
  assert.deepEqual(rowsOf(found, "mini-kinetics-200", "train"), [
    "-Qhiiw9yJ-__000000_000010 0",
    `_-3B32lodo2_000059_000069 ${yoga}`,
  ]);
  assert.deepEqual(rowsOf(found, "mini-kinetics-200", "val"), ["0wR5jVB-WPk_000417_000427 0"]);
  assert.match(found.warnings.join("\n"), /train_ytid_list\.txt: 2 rows where the official list has 80000/);
});

test("Mini-Kinetics: CSV files that are cut already, and ids that no CSV file has", async () => {
  const cut = { "train_k200.csv": `${HEAD},is_cc\nabseiling,-Qhiiw9yJ-_,0,10,train,0\n` };
  const found = await imported("mini-kinetics-200", cut);
  assert.deepEqual(rowsOf(found, "mini-kinetics-200", "train"), ["-Qhiiw9yJ-__000000_000010 0"]);
  const joined = await imported("mini-kinetics-200", {
    "mini/train_ytid_list.txt": MINI["mini/train_ytid_list.txt"],
    ...cut,
  });
  assert.deepEqual(rowsOf(joined, "mini-kinetics-200", "train"), ["-Qhiiw9yJ-__000000_000010 0"]);
  assert.match(
    joined.warnings.join("\n"),
    /1 of 2 ids are in none of Kinetics' CSV files, and left out: _-3B32lodo2 first/,
  );
});

test("Mini-Kinetics: bad ids, and ids alone", async () => {
  await refused("mini-kinetics-200", MINI, /train_ytid_list\.txt holds ids without labels, and no CSV file/);
  await refused(
    "mini-kinetics-200",
    { "train_ytid_list.txt": "_-3B32lodo2\nshort\n" },
    /line 2: "short" is not a YouTube id/,
  );
  await refused(
    "mini-kinetics-200",
    { "val_ytid_list.txt": "_-3B32lodo2\n_-3B32lodo2\n" },
    /line 2: "_-3B32lodo2" is there twice/,
  );
});
