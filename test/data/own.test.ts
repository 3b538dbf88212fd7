import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { newOwnDataset, type OwnDataset } from "vghif/dist/data/own.js";
import { splitVideos, wantedCounts } from "vghif/dist/data/own-split.js";
import { sharedDir } from "../shared.js";

process.env.VGHIF_DATA = mkdtempSync(path.join(tmpdir(), "vghif own "));
let made = 0;

/** A folder with these files; each holds its own path, but for those whose bytes are given. */
function folderOf(files: readonly string[], bytes: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif videos "));
  for (const file of [...files, ...Object.keys(bytes)]) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(folder, file), bytes[file] ?? file);
  }
  return folder;
}

/** A dataset of a folder with these files. */
function own(files: readonly string[], labels?: string | Buffer, seed = 0): Promise<OwnDataset> {
  const folder = folderOf(files);
  if (labels !== undefined) writeFileSync(path.join(folder, "labels.csv"), labels);
  return newOwnDataset(`own-${made++}`, folder, { seed });
}

const newOf = (folder: string): Promise<OwnDataset> => newOwnDataset(`own-${made++}`, folder);

const skippedOf = ({ scan }: OwnDataset): string[] =>
  scan.skipped.map(({ path: file, reason }) => `${file}: ${reason}`).sort();

const splitsOf = ({ dataset }: OwnDataset): Map<string, string> =>
  new Map(
    Object.entries(dataset.splits).flatMap(([split, samples]) =>
      samples.map((sample) => [sample.path, split] as const),
    ),
  );

const clips = (folder: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${folder}/clip ${i}.mp4`);

const table = ({ counts }: OwnDataset): unknown[][] =>
  counts.map(({ className, train, val, test: tested }) => [className, train, val, tested]);

test("a folder a class: split by seed, in proportion, each video once, written and found", async () => {
  const made = await own([...clips("run", 20), ...clips("climb up", 10), "run/notes.txt", ".hidden/x.mp4"]);
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

test("the seed decides which, not how many", async () => {
  const files = [...clips("a", 11), ...clips("b", 13)];
  const one = await own(files, undefined, 1);
  assert.deepEqual((await own(files, undefined, 1)).dataset.splits, one.dataset.splits);
  assert.notDeepEqual((await own(files, undefined, 2)).dataset.splits, one.dataset.splits);
  assert.deepEqual(table(await own(files, undefined, 2)), table(one));
});

test("small classes: one video trains, two and three test one, and it is said", async () => {
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
  const made = await own([...clips("one", 1), ...clips("two", 2), ...clips("three", 3)]);
  assert.deepEqual(table(made), [
    ["one", 1, 0, 0],
    ["three", 2, 0, 1],
    ["two", 1, 0, 1],
  ]);
  assert.match(made.warnings.join("\n"), /no test video of "one"/);
  assert.match(made.warnings.join("\n"), /up to 1 shot: "one", "two" have no more/);
});

test("groups are never torn apart, whatever the seed", async () => {
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

test("UCF's file names give the group; the innermost folder is the class where the top ones hold no videos", async () => {
  const made = await own(
    [1, 2].flatMap((g) => [1, 2, 3].map((c) => `x/Dive/v_Dive_g0${g}_c0${c}.avi`)).concat("y/Run/a.avi"),
  );
  assert.deepEqual(made.dataset.classes, ["Dive", "Run"]);
  const samples = Object.values(made.dataset.splits).flat();
  assert.equal(samples.find((sample) => sample.path.endsWith("g02_c03.avi"))?.group, "v_Dive_g02");
  assert.deepEqual(table(made)[0], ["Dive", 3, 0, 3]);
});

test("train and test folders are kept as they are", async () => {
  const made = await own([
    ...clips("train/a", 3),
    ...clips("Test/a", 2),
    ...clips("train/b", 1),
    ...clips("Test/b", 4),
  ]);
  assert.deepEqual(table(made), [
    ["a", 3, 0, 2],
    ["b", 1, 0, 4],
  ]);
});

test("labels.csv: nested files, given splits, and what is skipped is said", async () => {
  const made = await own(
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

test("refused, with what to do", async () => {
  const two = ["a/1.mp4", "b/1.mp4"];
  await assert.rejects(
    own(["a/1.txt"]),
    /no labelled videos \(0 video files, 1 others\): it needs files that end in \.mp4/,
  );
  await assert.rejects(own(["a/1.mp4", "a/2.mp4"]), /all videos are of one class, "a"/);
  await assert.rejects(own(two, "video,klass\na/1.mp4,x\n"), /labels\.csv: line 1: no column for the class/);
  await assert.rejects(own(two, "file,class\na/1.mp4,x\na/1.mp4,y\n"), /line 3: file "a\/1\.mp4" is already on line 2/);
  await assert.rejects(own(two, "file,class\n../x.mp4,x\n"), /line 2: file "\.\.\/x\.mp4" leaves/);
  await assert.rejects(
    own(two, "file,class,split\na/1.mp4,x,late\n"),
    /line 2: split "late" is not train, val or test/,
  );
  await assert.rejects(own(two, "file,class,split\na/1.mp4,x,train\nb/1.mp4,y,\n"), /line 3: "b\/1\.mp4" has no split/);
  await assert.rejects(newOwnDataset("ucf-like", "/nowhere"), /"ucf-like" is the name of a dataset of the project/);
  await assert.rejects(newOwnDataset("a/b", "/nowhere"), /cannot name a dataset/);
  await assert.rejects(newOwnDataset("x", "/nowhere"), /cannot read the folder/);
});

test("a name is taken once; force replaces it", async () => {
  const { dataset } = await own(["a/1.mp4", "b/1.mp4"]);
  const again = (force: boolean): Promise<OwnDataset> => newOwnDataset(dataset.name, dataset.root ?? "", { force });
  await assert.rejects(again(false), /there is a dataset ".*" already/);
  assert.deepEqual((await again(true)).dataset.splits, dataset.splits);
});

test("real clips: surveillance footage and clips of six datasets", async (t) => {
  const real = sharedDir("real");
  if (real === null) return t.skip("../shared is absent: no real clips");
  const fights = await newOwnDataset("fights", path.join(real, "fight_surv"));
  assert.deepEqual(table(fights), [
    ["fight", 12, 2, 6],
    ["noFight", 12, 2, 6],
  ]);
  const actions = await newOwnDataset("actions", path.join(real, "actions"));
  assert.equal(actions.scan.videos.length, 45);
  assert.equal(actions.dataset.classes.length, 24);
  assert.equal(actions.scan.skipped.filter(({ reason }) => reason === "no class in labels.csv").length, 4);
});

test("the same bytes stay together; as two classes they are left out; across given splits they leave the earlier one", async () => {
  const bytes = { "a/x.mp4": "copy", "a/y.mp4": "copy", "a/z.mp4": "copy", "a/p.mp4": "both", "b/q.mp4": "both" };
  for (let seed = 0; seed < 8; seed++) {
    const folder = folderOf([...clips("a", 5), ...clips("b", 5)], bytes);
    const made = await newOwnDataset(`copies-${seed}`, folder, { seed });
    const splits = splitsOf(made);
    assert.equal(new Set(["a/x.mp4", "a/y.mp4", "a/z.mp4"].map((file) => splits.get(file))).size, 1);
    assert.deepEqual(skippedOf(made), [
      'a/p.mp4: the same bytes are there as classes "a" and "b"',
      'b/q.mp4: the same bytes are there as classes "a" and "b"',
    ]);
    assert.match(made.warnings.join("\n"), /2 videos are copies of others, byte for byte/);
  }
  const given = folderOf(["train/b/1.mp4", "test/b/2.mp4"], { "train/a/x.mp4": "copy", "test/a/y.mp4": "copy" });
  const guarded = await newOf(given);
  assert.deepEqual(skippedOf(guarded), ["train/a/x.mp4: a copy of a video of the test split"]);
  assert.match(guarded.warnings.join("\n"), /no training video of "a": only zero-shot runs work/);
});

test("one clip in two file formats is one group, joined with the groups of labels.csv", async () => {
  const files = ["1.avi", "1.MP4", "2.avi", "3.avi", "4.avi", "5.avi"];
  const labels = "file,class,group\n1.avi,a,g\n1.MP4,a,h\n2.avi,a,h\n3.avi,a,\n4.avi,b,\n5.avi,b,\n";
  const { scan, warnings } = await own(files, labels);
  assert.deepEqual(
    scan.videos.map(({ path: file, group }) => [file, group]),
    [
      ["1.avi", "g"],
      ["1.MP4", "g"],
      ["2.avi", "g"],
      ["3.avi", null],
      ["4.avi", null],
      ["5.avi", null],
    ],
  );
  assert.match(warnings.join("\n"), /1 clips are there in several file formats/);
});

test("labels.csv as spreadsheets write it: BOM, CRLF, semicolons, tabs, capital headers, quotes, absolute and odd paths", async () => {
  const files = ["p/ä, ö.MP4", "q.avi", "r.avi"];
  const rows = [
    ["Nr", "File", "Class"],
    ["1", "./p/ä, ö.MP4", "sich „drehen“"],
    ["2", "q.avi", "it's a 手"],
    ["3", "r.avi", "it's a 手"],
  ];
  const quote = (cell: string): string => `"${cell}"`;
  const wanted = await own(files, rows.map((row) => row.map(quote).join(",")).join("\n"));
  assert.deepEqual(table(wanted), [
    ["it's a 手", 1, 0, 1],
    ["sich „drehen“", 1, 0, 0],
  ]);
  for (const [delimiter, end] of [
    [";", "\r\n"],
    ["\t", "\r\n"],
    [";", "\n"],
  ] as const) {
    const text = `\uFEFF${rows.map((row) => row.join(delimiter)).join(end)}${end}`;
    assert.deepEqual((await own(files, text)).dataset.splits, wanted.dataset.splits);
  }
  const decomposed = "p/ä, ö.MP4".normalize("NFD");
  const folder = folderOf([decomposed, "q.avi"]);
  const absolute = path.join(folder, "q.avi");
  writeFileSync(path.join(folder, "labels.csv"), `file,class\n"p/ä, ö.MP4",a\n${absolute},b\n`);
  assert.deepEqual([...splitsOf(await newOf(folder)).keys()].sort(), [decomposed, "q.avi"]);
  const latin = Buffer.from("file,class\nq.avi,drüben\nr.avi,x\n", "latin1");
  await assert.rejects(own(files, latin), /labels\.csv is not UTF-8 text: save it again as "CSV UTF-8"/);
  const outside = own(files, "file,class\n/elsewhere/q.avi,a\n");
  await assert.rejects(outside, /line 2: file "\/elsewhere\/q\.avi" is absolute/);
});

test("links are followed, never in a circle; empty files, dead links and lists further down are said", async () => {
  const elsewhere = folderOf(clips("far", 3));
  const folder = folderOf([...clips("near", 3), "sub/labels.csv", "near/readme.txt"], { "near/void.mp4": "" });
  symlinkSync(path.join(elsewhere, "far"), path.join(folder, "linked"));
  symlinkSync(folder, path.join(folder, "near", "round"));
  symlinkSync(path.join(folder, "nothing"), path.join(folder, "near", "dead.mp4"));
  const made = await newOf(folder);
  assert.deepEqual(table(made), [
    ["linked", 2, 0, 1],
    ["near", 2, 0, 1],
  ]);
  assert.deepEqual(skippedOf(made), [
    "near/dead.mp4: a link to nothing",
    "near/round: a link to a folder that it is in",
    "near/void.mp4: an empty file",
  ]);
  assert.match(made.warnings.join("\n"), /sub\/labels\.csv is not read/);
});

test("class names that CLIP cannot take, or cannot tell apart", async () => {
  const long = "x1 ".repeat(40).trim();
  await assert.rejects(
    own([`${long}/1.mp4`, "b/1.mp4"]),
    /"x1 x1 .*\.\.\." has 80 tokens, CLIP's text encoder takes 75/,
  );
  const { warnings } = await own([...clips("Run", 2), ...clips("run", 2), ...clips("b", 2)]);
  assert.match(warnings.join("\n"), /CLIP reads "Run", "run" alike/);
});

test("groups: one that covers a class, one over many classes, one in two given splits", async () => {
  const rows = (split: string): string =>
    `file,class,group${split === "" ? "" : ",split"}\n1.avi,a,g\n2.avi,b,g\n3.avi,c,g\n4.avi,a,h\n`;
  const { warnings } = await own(["1.avi", "2.avi", "3.avi", "4.avi"], rows(""));
  assert.match(warnings.join("\n"), /group "g" holds 3 videos of 3 classes, which stay in one split/);
  assert.match(warnings.join("\n"), /no test video of "b", "c"/);
  const torn = "file,class,group,split\n1.avi,a,g,train\n2.avi,b,g,test\n";
  await assert.rejects(
    own(["1.avi", "2.avi"], torn),
    /group "g" is in two splits \("1\.avi" in train, "2\.avi" in test\)/,
  );
  const one = await own(["1.avi", "2.avi"], "file,class,group\n1.avi,a,g\n2.avi,b,h\n");
  assert.match(one.warnings.join("\n"), /no test video at all, so there is nothing to measure/);
});

test("a folder of generated videos makes a generated dataset", async () => {
  const folder = folderOf(clips("test/a", 3).concat(clips("test/b", 3)));
  const head = { name: "drawn", title: "drawn", kind: "generated", source: "", licence: "" };
  writeFileSync(path.join(folder, "dataset.json"), JSON.stringify(head));
  writeFileSync(path.join(folder, "classes.csv"), "id,name\n0,a\n");
  const { dataset } = await newOf(path.join(folder, "test"));
  assert.equal(dataset.kind, "generated");
  assert.equal((await newOwnDataset(dataset.name, dataset.root!, { force: true })).dataset.kind, "generated");
});
