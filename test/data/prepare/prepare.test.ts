import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { main } from "vghif/dist/cli/main.js";
import { readDataset, type StoredDataset, writeDataset } from "vghif/dist/data/manifest.js";
import { findDataset } from "vghif/dist/data/manifest-find.js";
import { verifyDataset } from "vghif/dist/data/manifest-verify.js";
import { readIndex } from "vghif/dist/data/prepare/index-file.js";
import { videoFile, videoRoot } from "vghif/dist/data/prepare/locate.js";
import { prepareVideos } from "vghif/dist/data/prepare/prepare.js";
import type { Sample } from "vghif/dist/data/types.js";
import { clipBytes, FRAMES, put, workplace } from "./clips.js";

const CLI = path.join(path.dirname(require.resolve("vghif/package.json")), "bin", "vghif.js");

/** A user's dataset of videos "<class>/<number>.mp4" in the data folder. */
function dataset(root: string, splits: Readonly<Record<string, readonly string[]>>): StoredDataset {
  const classes = ["run", "walk"];
  const samples = (paths: readonly string[] = []): Sample[] =>
    paths.map((name) => ({ path: name, label: classes.indexOf(name.split("/")[0]!) }));
  const made: StoredDataset = {
    name: "mine",
    title: "Mine",
    kind: "user",
    source: "a test",
    licence: "none",
    classes,
    splits: { train: samples(splits.train), test: samples(splits.test) },
    root,
  };
  const folder = path.join(process.env.VGHIF_DATA!, "mine");
  writeDataset(folder, made);
  return readDataset(folder);
}

const clips = (className: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `${className}/${from + i}.mp4`);

test("what is missing, extra, corrupt, twice or leaks is reported, and found again when it has changed", async (t) => {
  const { folder, videos } = workplace(t);
  const mine = dataset(videos, { train: [...clips("run", 0, 5), ...clips("walk", 5, 8)], test: clips("run", 8, 10) });
  const half = (await clipBytes(4)).subarray(0, 700);
  await put(videos, {
    ...{ "run/0.mp4": 0, "run/1.mp4": 1, "run/2.mp4": 1, "run/3.mp4": half, "run/4.mp4": "" },
    ...{ "walk/5.mp4": 5, "walk/6.mp4": 0, "run/8.mp4": 5, "run/9.mp4": 9, "other/x.mp4": 11, "notes.txt": "no" },
  });
  assert.equal(videoRoot(mine), videos);
  const report = await prepareVideos("mine", { jobs: 2 });
  assert.deepEqual([report.found, report.listed, report.probed, report.known], [9, 10, 9, 0]);
  assert.deepEqual(report.missing, ["walk/7.mp4"]);
  assert.deepEqual(report.extra, [{ path: "other/x.mp4", reason: "in no list" }]);
  assert.deepEqual(
    report.corrupt.map(({ path: name, video, reason }) => [name, video, reason]),
    [
      ["run/3.mp4", "run/3.mp4", "FFmpeg finds no video in it: Invalid data found when processing input"],
      ["run/4.mp4", "run/4.mp4", "the file is empty"],
    ],
  );
  const twice = [
    ["run/0.mp4", "walk/6.mp4"],
    ["run/1.mp4", "run/2.mp4"],
    ["walk/5.mp4", "run/8.mp4"],
  ];
  assert.deepEqual(
    report.duplicates.map(({ paths }) => paths),
    twice,
  );
  const [own] = report.datasets;
  assert.deepEqual(
    own!.leaks.map(({ paths, splits }) => [paths, splits]),
    [[twice[2], ["train", "test"]]],
  );
  assert.deepEqual(
    own!.conflicts.map(({ paths }) => paths),
    [twice[0], twice[2]],
  );
  assert.deepEqual(own!.splits, { train: { listed: 8, found: 7 }, test: { listed: 2, found: 2 } });

  const again = await prepareVideos("mine", { jobs: 2 });
  assert.deepEqual([again.probed, again.known], [0, 9]);
  const { probed: _, known: __, seconds: ___, ...rest } = again;
  const { probed: ____, known: _____, seconds: ______, ...before } = report;
  assert.deepEqual(rest, before);

  const checked = await verifyDataset(mine, { deep: true, jobs: 2 });
  assert.deepEqual([checked.missing, checked.empty, checked.changed], [["walk/7.mp4"], ["run/4.mp4"], []]);
  assert.deepEqual(
    checked.broken.map((one) => one.path),
    ["run/3.mp4"],
  );
  assert.equal(checked.frames, 7 * FRAMES);

  // One is mended, one is replaced by another of the same size and time, one moves to another folder.
  await put(videos, { "run/3.mp4": 3, "run/9.mp4": 12 });
  const { mtime } = readIndex("mine")!.entries.get("run/9.mp4")!;
  utimesSync(path.join(videos, "run/9.mp4"), mtime / 1000, mtime / 1000);
  rmSync(path.join(videos, "run/0.mp4"));
  await put(videos, { "elsewhere/run/0.mp4": 0 });
  const after = await verifyDataset(mine, { deep: true, jobs: 1 });
  assert.deepEqual(after.missing, ["run/0.mp4", "walk/7.mp4"]);
  assert.deepEqual(after.changed, ["run/3.mp4", "run/9.mp4"]);
  const mended = await prepareVideos("mine", { jobs: 1 });
  assert.deepEqual(
    mended.corrupt.map((one) => one.path),
    ["run/4.mp4"],
  );
  assert.equal(mended.probed, 3);
  assert.deepEqual((await verifyDataset(mine, { deep: true, jobs: 1 })).changed, []);
  assert.equal(videoFile(mine, { path: "run/0.mp4" }), path.join(videos, "elsewhere/run/0.mp4"));

  // The same videos below another root; what is not indexed is looked for below the dataset's own.
  const other = path.join(folder, "other root");
  await put(other, { "0.mp4": 0, "walk/7.mp4": 7 });
  await prepareVideos("mine", { root: other, jobs: 1 });
  assert.equal(videoFile(mine, { path: "walk/7.mp4" }), path.join(other, "walk/7.mp4"));
  assert.equal(videoFile(mine, { path: "run/1.mp4" }), path.join(videos, "run/1.mp4"));
});

test("--deep counts frames, finds what is cut short, and is remembered", async (t) => {
  const { videos } = workplace(t);
  const mine = dataset(videos, { train: clips("run", 0, 2) });
  const file = path.join(videos, "run/1.mp4");
  await put(videos, { "run/0.mp4": 0, "run/1.mp4": 1 });
  // Damages the coded pictures, not the index.
  const bytes = readFileSync(file);
  const mdat = bytes.indexOf("mdat");
  const end = mdat - 4 + bytes.readUInt32BE(mdat - 4);
  bytes.fill(0xff, mdat + ((end - mdat) >> 1), end);
  writeFileSync(file, bytes);
  const shallow = await prepareVideos("mine", { jobs: 1 });
  assert.deepEqual(readIndex("mine")!.entries.get("run/0.mp4")!.frames, null);
  const deep = await prepareVideos("mine", { jobs: 1, deep: true });
  assert.equal(readIndex("mine")!.entries.get("run/0.mp4")!.frames, FRAMES);
  assert.deepEqual([...shallow.corrupt, ...deep.corrupt, ...deep.damaged].map((one) => one.path).slice(-1), [
    "run/1.mp4",
  ]);
  assert.equal((await prepareVideos("mine", { jobs: 1, deep: true })).probed, 0);
  const { broken, damaged } = await verifyDataset(mine, { deep: true, jobs: 1 });
  assert.deepEqual(
    [...broken, ...damaged].map((one) => one.path),
    ["run/1.mp4"],
  );
});

test("the command: reports, JSON, exit codes", async (t) => {
  const { folder, videos } = workplace(t);
  dataset(videos, { train: clips("run", 0, 2), test: clips("walk", 2, 4) });
  await put(videos, { "run/0.mp4": 0, "run/1.mp4": 1, "walk/2.mp4": 0 });
  const out = t.mock.method(console, "log", () => {});
  const err = t.mock.method(console, "error", () => {});
  const run = async (...args: string[]) => {
    const textOf = ({ mock }: typeof out): string => mock.calls.map((call) => `${call.arguments.join(" ")}\n`).join("");
    for (const printed of [out, err]) printed.mock.resetCalls();
    const status = await main(["data", ...args]);
    process.exitCode = 0;
    return { status, stdout: textOf(out), stderr: textOf(err) };
  };
  const prepared = await run("prepare", "mine", "--jobs", "1");
  assert.equal(prepared.status, 0, prepared.stderr);
  assert.match(prepared.stdout, /^missing +walk\/3\.mp4$/m);
  assert.match(prepared.stdout, /^warning +mine: train and test share a video: run\/0\.mp4 = walk\/2\.mp4$/m);
  assert.match(
    prepared.stdout,
    /^3 of 4 listed videos found in .*videos \(3 files\): 1 missing, 0 extra, 0 corrupt, 1 duplicate$/m,
  );
  const verified = await run("verify", "mine", "--json");
  assert.equal(verified.status, 1);
  assert.deepEqual(JSON.parse(verified.stdout).missing, ["walk/3.mp4"]);
  await put(videos, { "walk/3.mp4": 3 });
  assert.equal((await run("prepare", "mine", "--json", "--jobs", "1")).status, 0);
  const whole = await run("verify", "mine", "--deep", "--jobs", "1");
  assert.match(whole.stdout, new RegExp(`0 broken, 0 damaged; ${4 * FRAMES} frames decode`));
  assert.equal(whole.status, 0);
  for (const [args, message] of [
    [["prepare", "mine", "--root", path.join(folder, "no")], /^vghif: there is no folder .*no; check --root\n$/],
    [["prepare", "mine", "--root", path.join(videos, "run/0.mp4")], /^vghif: .*0\.mp4 is no folder: give the folder/],
    [["verify", "mine", "--root", path.join(folder, "no")], /^vghif: .*no is no folder: give the folder/],
    [["verify", "ucf101"], /^vghif: the lists of ucf101 are not imported yet: vghif data prepare ucf101 --root DIR/],
    [["prepare", "ucf101", "--root", videos], /^vghif: /],
    [["prepare", "nothing", "--root", videos], /^vghif: no dataset "nothing"/],
  ] as const) {
    const failed = await run(...args);
    assert.equal(failed.status, 1, args.join(" "));
    assert.match(failed.stderr, message);
    assert.equal(failed.stderr.trim().split("\n").length, 1);
  }
});

/** A run of the command, ended by a signal once it has noted a video; what it printed on stderr. */
async function stopped(
  signal: NodeJS.Signals,
  data: string,
): Promise<{ readonly child: ChildProcess; readonly text: string }> {
  const child = spawn(process.execPath, [CLI, "data", "prepare", "mine", "--jobs", "2", "--deep"], {
    env: { ...process.env, VGHIF_DATA: data },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = once(child, "exit");
  const logged = (): boolean => {
    const files = readdirSync(path.join(data, "index")).filter((name) => name.startsWith("facts-"));
    return files.some((name) => readFileSync(path.join(data, "index", name), "utf8").includes("\n"));
  };
  while (child.exitCode === null) {
    await wait(10);
    try {
      if (logged()) break;
    } catch {
      // The folder is not there yet.
    }
  }
  child.kill(signal);
  await ended;
  return { child, text };
}

for (const signal of ["SIGKILL", "SIGINT"] as const) {
  test(`${signal} half-way leaves a valid index; the next run goes on from there`, async (t) => {
    const { folder, videos } = workplace(t);
    const mine = dataset(videos, { train: clips("run", 0, 200) });
    await put(videos, Object.fromEntries(clips("run", 0, 200).map((name, at) => [name, at])));
    const data = path.join(folder, "data");
    const { child, text } = await stopped(signal, data);
    if (signal === "SIGINT") {
      assert.equal(child.exitCode, 130);
      assert.match(text, /interrupted; what was read is kept: run the same command again/);
    }
    const index = readIndex("mine")!;
    assert.deepEqual([index.complete, index.entries.size], [false, 200]);
    assert.equal(videoFile(mine, { path: "run/7.mp4" }), path.join(videos, "run/7.mp4"));
    // A line that was being written.
    const log = readdirSync(path.join(data, "index")).find((name) => name.startsWith("facts-"))!;
    appendFileSync(path.join(data, "index", log), '{"path":"run/3');
    const rest = await prepareVideos("mine", { jobs: 2, deep: true });
    assert.ok(rest.known >= 1 && rest.known < 200, `${rest.known}`);
    assert.deepEqual([rest.known + rest.probed, rest.corrupt, rest.duplicates], [200, [], []]);
    assert.equal(readIndex("mine")!.complete, true);
    assert.equal((await prepareVideos("mine", { deep: true })).probed, 0);
    assert.deepEqual(
      readdirSync(path.join(data, "index")).filter((name) => name.endsWith(".tmp")),
      [],
    );
    assert.equal(findDataset("mine").name, "mine");
  });
}
