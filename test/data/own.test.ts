import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { newOwnDataset, type OwnDataset } from "vghif/dist/data/own.js";
import { splitVideos, wantedCounts } from "vghif/dist/data/own-split.js";
import { sharedDir } from "../shared.js";

process.env.VGHIF_DATA = mkdtempSync(path.join(tmpdir(), "vghif own "));
let made = 0;

/** A dataset of a folder with these files (empty, but for labels.csv). */
function own(files: readonly string[], labels?: string, seed = 0): OwnDataset {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif videos "));
  for (const file of files) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), "");
  }
  if (labels !== undefined) writeFileSync(path.join(folder, "labels.csv"), labels);
  return newOwnDataset(`own-${made++}`, folder, { seed });
}

const clips = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${folder}/clip ${i}.mp4`);

const table = ({ counts }: OwnDataset): unknown[][] =>
  counts.map(({ className, train, val, test: tested }) => [className, train, val, tested]);

test("a folder a class: split by seed, in proportion, each video once, written and found", () => {
  const made = own([...clips("run", 20), ...clips("climb up", 10), "run/notes.txt", ".hidden/x.mp4"]);
  assert.deepEqual(table(made), [
    ["climb up", 6, 1, 3],
    ["run", 12, 2, 6],
  ]);
  const found = findDataset(made.dataset.name);
  assert.deepEqual(found.splits, made.dataset.splits);
  assert.equal(datasetRoot(found), made.dataset.root);
  assert.ok(path.isAbsolute(made.dataset.root ?? ""));
  const paths = Object.values(found.splits).flatMap((samples) => samples.map((sample) => sample.path));
  assert.equal(new Set(paths).size, 30);
});

test("the seed decides which, not how many", () => {
  const files = [...clips("a", 11), ...clips("b", 13)];
  const one = own(files, undefined, 1);
  assert.deepEqual(own(files, undefined, 1).dataset.splits, one.dataset.splits);
  assert.notDeepEqual(own(files, undefined, 2).dataset.splits, one.dataset.splits);
  assert.deepEqual(table(own(files, undefined, 2)), table(one));
});

test("small classes: one video trains, two and three test one, and it is said", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 10, 50].map((count) => Object.values(wantedCounts(count, { val: 0.1, test: 0.3 }))),
    [
      [1, 0, 0],
      [1, 0, 1],
      [2, 0, 1],
      [3, 0, 1],
      [2, 1, 2],
      [3, 1, 2],
      [6, 1, 3],
      [30, 5, 15],
    ],
  );
  const made = own([...clips("one", 1), ...clips("two", 2), ...clips("three", 3)]);
  assert.deepEqual(table(made), [
    ["one", 1, 0, 0],
    ["three", 2, 0, 1],
    ["two", 1, 0, 1],
  ]);
  assert.match(made.warnings.join("\n"), /no test video of "one"/);
  assert.match(made.warnings.join("\n"), /up to 1 shot: "one", "two" has no more/);
});

test("groups are never torn apart, whatever the seed", () => {
  const videos = Array.from({ length: 60 }, (_, i) => ({
    path: `${i}.mp4`,
    className: `class ${i % 3}`,
    group: `person ${Math.floor(i / 4)}`,
  }));
  for (let seed = 0; seed < 20; seed++) {
    const splitOf = splitVideos(videos, { val: 0.1, test: 0.3 }, seed);
    const sides = new Map<string, Set<string>>();
    for (const video of videos) {
      sides.set(video.group, (sides.get(video.group) ?? new Set()).add(splitOf.get(video.path) ?? ""));
    }
    for (const [group, splits] of sides) assert.equal(splits.size, 1, group);
    const tested = [...splitOf.values()].filter((split) => split === "test").length;
    assert.ok(tested >= 15 && tested <= 22, `${tested}`);
  }
});

test("UCF's file names give the group; the innermost folder is the class where the top ones hold no videos", () => {
  const made = own(
    [1, 2].flatMap((g) => [1, 2, 3].map((c) => `x/Dive/v_Dive_g0${g}_c0${c}.avi`)).concat("y/Run/a.avi"),
  );
  assert.deepEqual(made.dataset.classes, ["Dive", "Run"]);
  const samples = Object.values(made.dataset.splits).flat();
  assert.equal(samples.find((sample) => sample.path.endsWith("g02_c03.avi"))?.group, "v_Dive_g02");
  assert.deepEqual(table(made)[0], ["Dive", 3, 0, 3]);
});

test("train and test folders are kept as they are", () => {
  const made = own([...clips("train/a", 3), ...clips("Test/a", 2), ...clips("train/b", 1), ...clips("Test/b", 4)]);
  assert.deepEqual(table(made), [
    ["a", 3, 0, 2],
    ["b", 1, 0, 4],
  ]);
});

test("labels.csv: nested files, given splits, and what is skipped is said", () => {
  const made = own(
    ["p/q/1.mp4", "2.avi", "3.avi", "extra.mp4"],
    "name,file,class,split\nx,p/q/1.mp4,run,train\nx,2.avi,jump,validation\nx,3.avi,,test\nx,gone.mp4,run,test\n",
  );
  assert.deepEqual(made.dataset.splits, {
    train: [{ path: "p/q/1.mp4", label: 1 }],
    val: [{ path: "2.avi", label: 0 }],
  });
  assert.deepEqual(made.scan.skipped.map(({ path: file, reason }) => `${file}: ${reason}`).sort(), [
    "3.avi: no class in labels.csv",
    "extra.mp4: not in labels.csv",
    "gone.mp4: in labels.csv, but there is no such video file",
  ]);
  assert.match(made.warnings.join("\n"), /1 skipped, not in labels\.csv: extra\.mp4/);
});

test("refused, with what to do", () => {
  const two = ["a/1.mp4", "b/1.mp4"];
  assert.throws(() => own(["a/1.txt"]), /no labelled videos \(0 video files\): put them in one folder a class/);
  assert.throws(() => own(["a/1.mp4", "a/2.mp4"]), /all videos are of one class, "a"/);
  assert.throws(() => own(two, "video,klass\na/1.mp4,x\n"), /labels\.csv: line 1: no column for the class/);
  assert.throws(() => own(two, "file,class\na/1.mp4,x\na/1.mp4,y\n"), /line 3: file "a\/1\.mp4" is already on line 2/);
  assert.throws(() => own(two, "file,class\n../x.mp4,x\n"), /line 2: file "\.\.\/x\.mp4" leaves/);
  assert.throws(() => own(two, "file,class,split\na/1.mp4,x,dev\n"), /line 2: split "dev" is not train, val or test/);
  assert.throws(() => own(two, "file,class,split\na/1.mp4,x,train\nb/1.mp4,y,\n"), /line 3: "b\/1\.mp4" has no split/);
  assert.throws(() => newOwnDataset("ucf-like", "/nowhere"), /"ucf-like" is the name of a dataset of the project/);
  assert.throws(() => newOwnDataset("a/b", "/nowhere"), /cannot name a dataset/);
  assert.throws(() => newOwnDataset("x", "/nowhere"), /cannot read the folder/);
});

test("a name is taken once; force replaces it", () => {
  const { dataset } = own(["a/1.mp4", "b/1.mp4"]);
  const again = (force: boolean): OwnDataset => newOwnDataset(dataset.name, dataset.root ?? "", { force });
  assert.throws(() => again(false), /there is a dataset ".*" already/);
  assert.deepEqual(again(true).dataset.splits, dataset.splits);
});

test("real clips: surveillance footage and clips of six datasets", (t) => {
  const real = sharedDir("real");
  if (real === null) return t.skip("../shared is absent: no real clips");
  const fights = newOwnDataset("fights", path.join(real, "fight_surv"));
  assert.deepEqual(table(fights), [
    ["fight", 12, 2, 6],
    ["noFight", 12, 2, 6],
  ]);
  const actions = newOwnDataset("actions", path.join(real, "actions"));
  assert.equal(actions.scan.videos.length, 45);
  assert.equal(actions.dataset.classes.length, 24);
  assert.equal(actions.scan.skipped.filter(({ reason }) => reason === "no class in labels.csv").length, 4);
});
