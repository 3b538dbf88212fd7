import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundVideo } from "vghif/dist/data/prepare/found.js";
import { matchVideos, type Wanted } from "vghif/dist/data/prepare/match.js";

const found = (path: string): FoundVideo => ({ path, source: { file: path }, bytes: 1, mtime: 0, ctime: 0 });
const wanted = (path: string, className: string, split: "train" | "val" | "test" = "train"): Wanted => ({
  path,
  className,
  splits: new Set([split]),
});

/** Sample path to video path, and the videos left with their reasons. */
function matched(samples: readonly Wanted[], videos: readonly string[], classes: readonly string[]) {
  const match = matchVideos(samples, videos.map(found), classes);
  return {
    videos: Object.fromEntries([...match.videos].map(([sample, video]) => [sample, video.path])),
    extra: Object.fromEntries(match.extra.map(({ video, reason }) => [video.path, reason])),
  };
}

const HMDB = [
  wanted("brush_hair/A_brush_hair_u_0.avi", "brush hair"),
  wanted("kick/B_kick_f_1.avi", "kick ball"),
  wanted("kick_ball/C_kick_ball_f_2.avi", "kick"),
];
const HMDB_CLASSES = ["brush hair", "kick ball", "kick"];

test("flat, in class folders however spelt, in split folders, deeper, with another ending", () => {
  const layouts: string[][] = [
    ["A_brush_hair_u_0.avi", "B_kick_f_1.avi", "C_kick_ball_f_2.avi"],
    ["brush hair/A_brush_hair_u_0.mp4", "kick/B_kick_f_1.mp4", "kick ball/C_kick_ball_f_2.mp4"],
    ["BrushHair/A_brush_hair_u_0.MP4", "Kick/B_kick_f_1.webm", "KickBall/C_kick_ball_f_2.mkv"],
    ["train/brush_hair/A_brush_hair_u_0.avi", "val/B_kick_f_1.avi", "test/kick_ball/C_kick_ball_f_2.avi"],
    ["x/y/brush_hair/A_brush_hair_u_0.avi", "x/y/z/B_kick_f_1.avi", "shards-00.tar/C_KICK_ball_f_2.avi"],
  ];
  for (const videos of layouts) {
    const expected = Object.fromEntries(HMDB.map(({ path }, at) => [path, videos[at]!]));
    assert.deepEqual(matched(HMDB, [...videos].reverse(), HMDB_CLASSES), { videos: expected, extra: {} });
  }
});

test("a video in the folder of another class is not taken, and it is said", () => {
  const { videos, extra } = matched(HMDB, ["kick_ball/B_kick_f_1.avi"], HMDB_CLASSES);
  assert.deepEqual(videos, {});
  assert.match(extra["kick_ball/B_kick_f_1.avi"]!, /in the folder of another class/);
});

test("Kinetics: times padded or not, with a fraction, or left out; ids begin with - and _ and hold both", () => {
  const classes = ["throwing ball (not baseball or American football)", "training dog"];
  const samples = [
    wanted("-7tDxxH2g6I_000003_000013", classes[0]!, "val"),
    wanted("_a-b_c-d_e-_000120_000130", classes[1]!, "train"),
    wanted("Q_ynzC6p_12_000000_000010", classes[1]!, "train"),
    wanted("SameSameSam_000001_000011", classes[1]!, "train"),
    wanted("SameSameSam_000021_000031", classes[1]!, "train"),
  ];
  const videos = [
    "val_256/throwing_ball_(not_baseball_or_American_football)/-7tDxxH2g6I_3_13.mkv",
    "training_dog/_a-b_c-d_e-.mp4",
    "train/training dog/Q_ynzC6p_12_0.0_10.0.mp4",
    "SameSameSam_000021_000031.mp4",
    "SameSameSam.mp4",
    "Q_ynzC6p_12_000040_000050.mp4",
    "q_ynzc6p_12_000000_000010.mp4",
  ];
  const result = matched(samples, videos, classes);
  assert.deepEqual(result.videos, {
    [samples[0]!.path]: videos[0],
    [samples[1]!.path]: videos[1],
    [samples[2]!.path]: videos[2],
    [samples[4]!.path]: videos[3],
  });
  // Neither an id with two clips, nor another clip of an id, nor another case.
  assert.deepEqual(Object.keys(result.extra), [videos[4], videos[5], videos[6]]);
});

test("a list of ids alone takes the clip of the id, whatever its times", () => {
  const samples = [wanted("-7tDxxH2g6I", "a"), wanted("_a-b_c-d_e-", "b")];
  const videos = ["a/-7tDxxH2g6I_000003_000013.mp4", "b/_a-b_c-d_e-.mp4"];
  assert.deepEqual(matched(samples, videos, ["a", "b"]).videos, {
    [samples[0]!.path]: videos[0],
    [samples[1]!.path]: videos[1],
  });
});

test("one name in several classes and splits: folders decide; without them nothing is guessed", () => {
  const classes = ["run", "jump"];
  const samples = [
    wanted("train/run/1.mp4", "run", "train"),
    wanted("test/run/1.mp4", "run", "test"),
    wanted("train/jump/1.mp4", "jump", "train"),
  ];
  assert.deepEqual(matched(samples, ["all/test/run/1.mp4", "all/train/run/1.mp4", "jump/1.mp4"], classes).videos, {
    "train/run/1.mp4": "all/train/run/1.mp4",
    "test/run/1.mp4": "all/test/run/1.mp4",
    "train/jump/1.mp4": "jump/1.mp4",
  });
  const unclear = matched(samples, ["run/1.mp4"], classes);
  assert.deepEqual(unclear.videos, {});
  assert.match(unclear.extra["run/1.mp4"]!, /fits "t\w+\/run\/1\.mp4" and "t\w+\/run\/1\.mp4" equally well/);
  // The name of a sample that is found is not free for another one.
  const flat = matched(samples, ["train/run/1.mp4", "test/run/1.mp4", "1.mp4"], classes);
  assert.deepEqual(Object.keys(flat.extra), ["1.mp4"]);
});

test("of several files for one sample the exact path, then the split, then the ending decides", () => {
  const sample = [wanted("a/x.avi", "a", "test")];
  const pick = (videos: readonly string[]) => matched(sample, videos, ["a", "b"]);
  assert.equal(pick(["a/x.mp4", "test/a/x.mp4", "a/x.avi"]).videos["a/x.avi"], "a/x.avi");
  assert.equal(pick(["train/a/x.avi", "test/a/x.mp4", "q/a/x.mp4"]).videos["a/x.avi"], "test/a/x.mp4");
  const both = pick(["q/a/x.mp4", "q/a/x.avi"]);
  assert.equal(both.videos["a/x.avi"], "q/a/x.avi");
  assert.deepEqual(both.extra, { "q/a/x.mp4": 'a second file for "a/x.avi"' });
});

test("composed and decomposed letters are the same name; names that differ in case alone stay apart", () => {
  const sample = [wanted("caf\u00e9/\u00e9t\u00e9.mp4", "caf\u00e9")];
  assert.equal(
    matched(sample, ["cafe\u0301/e\u0301te\u0301.mp4"], ["caf\u00e9"]).videos[sample[0]!.path],
    "cafe\u0301/e\u0301te\u0301.mp4",
  );
  const two = [wanted("a/x.mp4", "a"), wanted("a/X.mp4", "a")];
  assert.deepEqual(matched(two, ["q/a/X.avi"], ["a"]).videos, { "a/X.mp4": "q/a/X.avi" });
});
