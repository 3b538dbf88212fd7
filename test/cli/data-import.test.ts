import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { folderOf } from "../data/official/folder.js";
import { PROJECT_ROOT } from "../shared.js";

const DATA = mkdtempSync(path.join(tmpdir(), "vghif data "));

function dataImport(...args: readonly string[]) {
  const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  const env = { ...process.env, VGHIF_DATA: DATA };
  return spawnSync(process.execPath, [main, "data", "import", ...args], { encoding: "utf8", env });
}

test("lists become datasets; --json says what was read, and what is odd", () => {
  const lists = folderOf({ "val2.txt": "a_kick_0.avi 20\n", "train1_few_shot_2.txt": "b_run_0.avi 32\n" });
  const { status, stdout, stderr } = dataImport("hmdb51", "--lists", lists, "--json");
  assert.equal(status, 0, stderr);
  const said = JSON.parse(stdout);
  assert.deepEqual(said.datasets, [
    { name: "hmdb51-1", folder: path.join(DATA, "hmdb51-1"), splits: {}, fewShot: { "vifi-clip-2": 1 } },
    { name: "hmdb51-2", folder: path.join(DATA, "hmdb51-2"), splits: { test: 1 }, fewShot: {} },
  ]);
  assert.deepEqual(
    said.files.map((file: { rows: number }) => file.rows),
    [1, 1],
  );
  assert.equal(said.notes.length, 2);
  assert.match(said.warnings.join("\n"), /hmdb51-2: 1 test videos where 1530 are expected/);
  const stored = readFileSync(path.join(DATA, "hmdb51-2", "test.csv"), "utf8");
  assert.equal(stored, "path,label,group\nkick/a_kick_0.avi,20,\n");
});

test("a bad row is one line and exit code 1, an unknown dataset 2; nothing is written", () => {
  const bad = dataImport("ucf101", "--lists", folderOf({ "trainlist01.txt": "YoYo/v_YoYo_g09_c01.avi 102\n" }));
  assert.equal(bad.status, 1);
  assert.match(bad.stderr.trim(), /^.*trainlist01\.txt: line 1: label 102 is not in 1\.\.101$/);
  assert.equal(existsSync(path.join(DATA, "ucf101-1")), false);
  const unknown = dataImport("kinetics-600", "--lists", DATA);
  assert.deepEqual([unknown.status, /no official lists of "kinetics-600"/.test(unknown.stderr)], [2, true]);
});
