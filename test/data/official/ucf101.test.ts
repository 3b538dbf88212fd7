import assert from "node:assert/strict";
import { test } from "node:test";
import { officialClasses } from "vghif/dist/data/class-names.js";
import { imported, refused, rowsOf } from "./folder.js";

const CLASS_INDEX = officialClasses("ucf101")
  .map(({ label }, id) => `${id + 1} ${label}\r\n`)
  .join("");

const OFFICIAL = {
  "ucfTrainTestlist/classInd.txt": CLASS_INDEX,
  "ucfTrainTestlist/trainlist01.txt":
    "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1\r\nHandstandPushups/v_HandStandPushups_g09_c02.avi 37\r\n",
  "ucfTrainTestlist/testlist01.txt": "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\r\nYoYo/v_YoYo_g01_c06.avi\r\n",
  "ucfTrainTestlist/testlist02.txt": "YoYo/v_YoYo_g08_c01.avi\n",
};

test("the dataset's own lists: labels from 1, test lines without, a class spelt in two ways, groups", async () => {
  const found = await imported("ucf101", OFFICIAL);
  const [first, second] = found.datasets;
  assert.deepEqual(first?.splits.train, [
    { path: "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi", label: 0, group: "ApplyEyeMakeup/g08" },
    { path: "HandstandPushups/v_HandStandPushups_g09_c02.avi", label: 36, group: "HandstandPushups/g09" },
  ]);
  assert.equal(first?.classes[36], "HandstandPushups");
  assert.deepEqual(rowsOf(found, "ucf101-1", "test"), [
    "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi 0",
    "YoYo/v_YoYo_g01_c06.avi 100",
  ]);
  assert.deepEqual([second?.name, second?.splits.train, second?.splits.test?.length], ["ucf101-2", undefined, 1]);
  assert.match(found.warnings.join("\n"), /ucf101-1: 2 train videos where 9537 are expected/);
  assert.match(found.warnings.join("\n"), /ucf101-2: 0 train videos where 9586 are expected/);
});

test("ViFi-CLIP's lists: bare names, labels from 0", async () => {
  const found = await imported("ucf101", {
    "val3.txt": "v_HandStandPushups_g01_c01.avi 36\n",
    "train1_few_shot_16.txt": "v_YoYo_g25_c05.avi 100\n",
    "hmdb/val1.txt": "a_kick_0.avi 20\n",
  });
  assert.deepEqual(rowsOf(found, "ucf101-3", "test"), ["HandstandPushups/v_HandStandPushups_g01_c01.avi 36"]);
  assert.deepEqual(rowsOf(found, "ucf101-1", "vifi-clip-16"), ["YoYo/v_YoYo_g25_c05.avi 100"]);
});

test("bad rows are named by file, line and fault", async () => {
  const train = (text: string) => ({ "trainlist01.txt": `YoYo/v_YoYo_g09_c01.avi 101\n${text}\n` });
  await refused("ucf101", train("YoYo/v_YoYo_g09_c02.avi"), /trainlist01\.txt: line 2: no label/);
  await refused("ucf101", train("YoYo/v_YoYo_g09_c02.avi 0"), /line 2: label 0 is not in 1\.\.101$/);
  await refused("ucf101", train("YoYo/v_YoYo_g09_c02.avi 102"), /line 2: label 102 is not in 1\.\.101$/);
  await refused(
    "ucf101",
    train("YoYo/v_YoYo_g09_c02.avi 100"),
    /line 2: "v_YoYo_g09_c02\.avi" is labelled WritingOnBoard$/,
  );
  await refused(
    "ucf101",
    train("Archery/v_YoYo_g09_c02.avi 101"),
    /line 2: "v_YoYo_g09_c02\.avi" lies in the folder "Archery"$/,
  );
  await refused("ucf101", train("YoYo/v_YoYo_g9_c02.avi 101"), /line 2: not a path of UCF101/);
  await refused("ucf101", train("v_Yo_g09_c02.avi 101"), /line 2: unknown class "Yo"$/);
  await refused("ucf101", train("YoYo/v_YoYo_g09_c01.avi 101"), /line 2: "YoYo\/v_YoYo_g09_c01\.avi" is there twice$/);
  await refused("ucf101", train("YoYo/v YoYo_g09_c01.avi 101"), /line 2: not "path label"/);
  await refused(
    "ucf101",
    { ...OFFICIAL, "ucfTrainTestlist/classInd.txt": "1 ApplyEyeMakeup\n2 Archery\n" },
    /line 2: class 2 is ApplyLipstick, not "Archery"$/,
  );
  await refused("ucf101", {}, /no list of ucf101 below .*expected trainlist01\.txt/);
});

test("an interrupted import stops", async () => {
  const { importOfficial } = await import("vghif/dist/data/official/import.js");
  const { folderOf } = await import("./folder.js");
  const stopped = AbortSignal.abort(new Error("enough"));
  await assert.rejects(importOfficial("ucf101", folderOf(OFFICIAL), { signal: stopped }), /enough/);
});
