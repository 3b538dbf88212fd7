import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { importOfficial } from "vghif/dist/data/official/import.js";
import { folderOf, imported, refused, rowsOf } from "./folder.js";

/** Two classes whose label texts the official label file swaps, with the tags 1, 2 and 0, trailing blanks and CRLF. */
const OFFICIAL = {
  "a/kick_test_split1.txt":
    "One_kick_f_cm_np1_ba_bad_0.avi 1 \nTwo_kick_f_cm_np1_ba_bad_1.avi 2 \nThree_kick_0.avi 0 \n",
  "a/kick_ball_test_split1.txt": "Odd!#&(x)_kick_ball_0.avi 2\r\nA_kick_ball_1.avi 1\r\n\r\n",
  "a/kick_test_split3.txt": "One_kick_f_cm_np1_ba_bad_0.avi 2\n",
  "readme.txt": "nothing",
};

test("split files: tags, swapped class names, odd file names, CRLF", async () => {
  const found = await imported("hmdb51", OFFICIAL);
  assert.deepEqual(
    found.datasets.map(({ name }) => name),
    ["hmdb51-1", "hmdb51-3"],
  );
  assert.deepEqual(rowsOf(found, "hmdb51-1", "train"), [
    "kick/One_kick_f_cm_np1_ba_bad_0.avi 20",
    "kick_ball/A_kick_ball_1.avi 21",
  ]);
  assert.deepEqual(rowsOf(found, "hmdb51-1", "test"), [
    "kick/Two_kick_f_cm_np1_ba_bad_1.avi 20",
    "kick_ball/Odd!#&(x)_kick_ball_0.avi 21",
  ]);
  const [first] = found.datasets;
  assert.deepEqual([first?.classes[20], first?.classes[21], first?.classes[44]], ["kick", "kick ball", "sword"]);
  assert.equal(first?.root, "../hmdb51");
  assert.match(found.warnings[0] ?? "", /hmdb51-1: no list for 49 classes: brush_hair, cartwheel/);
  assert.match(found.warnings.join("\n"), /hmdb51-1: 2 train videos where 3570 are expected/);
  assert.deepEqual(found.notes, ["no checksum is known for 3 of the 3 lists read"]);
});

test("ViFi-CLIP's lists: the label tells the class, not the name", async () => {
  const found = await imported("hmdb51", {
    "hmdb_splits/val1.txt": "golf_kick_ball_kick_0.avi 20\nx_kick_ball_0.avi 21\n",
    "hmdb_splits/train1_few_shot_2.txt": "y_sword_exercise_0.avi 45\nz_sword_0.avi 44\n",
    "ucf_splits/val1.txt": "v_YoYo_g01_c01.avi 100\n",
  });
  assert.deepEqual(rowsOf(found, "hmdb51-1", "test"), [
    "kick/golf_kick_ball_kick_0.avi 20",
    "kick_ball/x_kick_ball_0.avi 21",
  ]);
  assert.deepEqual(rowsOf(found, "hmdb51-1", "vifi-clip-2"), [
    "sword/z_sword_0.avi 44",
    "sword_exercise/y_sword_exercise_0.avi 45",
  ]);
  assert.equal(rowsOf(found, "hmdb51-1", "train"), undefined);
  assert.equal(found.files.length, 2);
  assert.match(found.notes[0] ?? "", /train1_few_shot_2\.txt: SHA-256 [0-9a-f]{64}, expected [0-9a-f]{64}$/);
  assert.match(found.warnings[0] ?? "", /train1_few_shot_2\.txt: 2 rows where the official list has 102/);
});

test("the dataset's own lists win over ViFi-CLIP's", async () => {
  const found = await imported("hmdb51", {
    ...OFFICIAL,
    "val1.txt": "other_kick_0.avi 20\n",
    "val2.txt": "other_kick_0.avi 20\n",
  });
  assert.equal(rowsOf(found, "hmdb51-1", "test")?.length, 2);
  assert.deepEqual(rowsOf(found, "hmdb51-2", "test"), ["kick/other_kick_0.avi 20"]);
});

test("bad rows are named by file, line and fault", async () => {
  const official = (text: string) => ({ "kick_test_split1.txt": `a.avi 1\n${text}\nb.avi 2\n` });
  await refused(
    "hmdb51",
    official("c.avi 3"),
    /kick_test_split1\.txt: line 2: tag "3" is not 1 \(train\), 2 \(test\) or 0/,
  );
  await refused("hmdb51", official("c.avi"), /line 2: not "video tag": "c\.avi"$/);
  await refused("hmdb51", official("a.avi 2"), /line 2: "a\.avi" is there twice$/);
  await refused("hmdb51", official("x/c.avi 2"), /line 2: video "x\/c\.avi" should be a file's name$/);
  await refused("hmdb51", official("c.avi 4\nd.avi 5"), /line 2: tag "4" .* \(and 1 more: line 3: tag "5"/);
  await refused("hmdb51", { "kik_test_split1.txt": "a.avi 1\n" }, /kik_test_split1\.txt: HMDB51 has no class "kik"/);
  const vifi = (text: string) => ({ "val1.txt": `a.avi 1\n${text}\n` });
  await refused("hmdb51", vifi("b.avi 51"), /val1\.txt: line 2: label 51 is not in 0\.\.50$/);
  await refused("hmdb51", vifi("b.avi -1"), /line 2: label "-1" is not a number$/);
  await refused("hmdb51", vifi("b c.avi 1"), /line 2: not "path label": "b c\.avi 1"$/);
  await refused("hmdb51", vifi("a.avi 1"), /line 2: "brush_hair|line 2: "cartwheel\/a\.avi" is there twice$/);
});

test("no list, and two lists that differ", async () => {
  await refused(
    "hmdb51",
    { "x.txt": "1" },
    /no list of hmdb51 below .*: expected <class>_test_split1\.txt .*serre-lab/,
  );
  const twice = { "a/val1.txt": "a.avi 1\n", "b/val1.txt": "b.avi 1\n" };
  await refused(
    "hmdb51",
    twice,
    /both a\/val1\.txt and b\/val1\.txt could be the val1\.txt of hmdb51, and they differ/,
  );
  const same = await imported("hmdb51", { ...twice, "b/val1.txt": "a.avi 1\n" });
  assert.deepEqual(rowsOf(same, "hmdb51-1", "test"), ["cartwheel/a.avi 1"]);
  const named = await imported("hmdb51", { "hmdb/val1.txt": "a.avi 1\n", "other/val1.txt": "b.avi 1\n" });
  assert.deepEqual(rowsOf(named, "hmdb51-1", "test"), ["cartwheel/a.avi 1"]);
});

test("links to files are read; links to folders, hidden files and broken links are passed over", async () => {
  const folder = folderOf({ "real/val1.txt": "a.avi 1\n", ".hidden/val1.txt": "b.avi 1\n", ".val1.txt": "c.avi 1\n" });
  mkdirSync(path.join(folder, "below"));
  symlinkSync(path.join(folder, "real", "val1.txt"), path.join(folder, "below", "val2.txt"));
  symlinkSync(path.join(folder, "nowhere"), path.join(folder, "below", "val3.txt"));
  symlinkSync(folder, path.join(folder, "below", "again"));
  const { datasets } = await importOfficial("hmdb51", folder);
  assert.deepEqual(
    datasets.map(({ name }) => name),
    ["hmdb51-1", "hmdb51-2"],
  );
});
