import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, symlinkSync, truncateSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { writeDataset } from "vghif/dist/data/manifest.js";
import { readIndex } from "vghif/dist/data/prepare/index-file.js";
import { prepareVideos } from "vghif/dist/data/prepare/prepare.js";
import { scanVideos } from "vghif/dist/data/prepare/scan.js";
import { put, workplace } from "./clips.js";

const ODD = [
  "-rf.mp4",
  "_x.mp4",
  "a b.mp4",
  "it's.mp4",
  'say "x".mp4',
  "caf\u00e9 \u6f22\u5b57 \u{1f3c3}.mp4",
  "100%d.mp4",
  "a\nb.mp4",
  "$HOME;|&.mp4",
];

/** A dataset of files of one class in the data folder. */
function dataset(root: string, paths: readonly string[]): void {
  writeDataset(path.join(process.env.VGHIF_DATA!, "odd"), {
    name: "odd",
    title: "Odd",
    kind: "user",
    source: "a test",
    licence: "none",
    classes: ["run"],
    splits: { train: paths.map((name) => ({ path: name, label: 0 })) },
    root,
  });
}

test("odd names, as files and in an archive", async (t) => {
  const { folder, videos } = workplace(t);
  const names = process.platform === "win32" ? ODD.filter((name) => !/["\n|]/.test(name)) : ODD;
  dataset(videos, names);
  await put(videos, Object.fromEntries(names.map((name, at) => [name, at])));
  const report = await prepareVideos("odd", { deep: true, jobs: 1 });
  assert.deepEqual([report.found, report.corrupt, report.extra, report.problems], [names.length, [], [], []]);
  const packed = path.join(folder, "packed, 100%,,:");
  mkdirSync(packed);
  execFileSync("tar", ["-cf", path.join(packed, "a,b: c.tar"), "-C", videos, "."]);
  const again = await prepareVideos("odd", { root: packed, deep: true, jobs: 1 });
  assert.deepEqual([again.kinds.tar, again.corrupt], [names.length, []]);
});

test("links are followed, each folder is read once; circles, links to nothing and archives are named", async (t) => {
  const { folder, videos } = workplace(t);
  const elsewhere = path.join(folder, "elsewhere");
  await put(elsewhere, { "deep/3.mp4": 3 });
  await put(videos, { "a/1.mp4": 1, "b.zip": "", "c.tar.gz": "", ".hidden/4.mp4": 4, "fifo/x.txt": "" });
  symlinkSync(elsewhere, path.join(videos, "linked"));
  symlinkSync(videos, path.join(videos, "a", "circle"));
  symlinkSync(path.join(videos, "a"), path.join(videos, "again"));
  symlinkSync(path.join(videos, "a", "1.mp4"), path.join(videos, "same.mp4"));
  symlinkSync("nowhere", path.join(videos, "nothing.mp4"));
  symlinkSync("itself.mp4", path.join(videos, "itself.mp4"));
  execFileSync("mkfifo", [path.join(videos, "fifo", "5.mp4")]);
  const scan = await scanVideos(videos);
  assert.deepEqual(
    scan.videos.map((video) => video.path),
    ["a/1.mp4", "linked/deep/3.mp4", "same.mp4"],
  );
  assert.deepEqual(Object.fromEntries(scan.problems.map(({ path: name, reason }) => [name, reason])), {
    "a/circle": "a link to a folder that is read already",
    again: "a link to a folder that is read already",
    "b.zip": "a compressed archive: unpack it",
    "c.tar.gz": "a compressed archive: unpack it",
    "fifo/5.mp4": "no ordinary file",
    "itself.mp4": "a link that leads to itself",
    "nothing.mp4": "a link to nothing",
  });
});

test("a folder that may not be read is one line, and the rest goes on", async (t) => {
  if (process.getuid?.() === 0) return t.skip("SKIPPED: root may read every folder");
  const { videos } = workplace(t);
  await put(videos, { "a/1.mp4": 1, "closed/2.mp4": 2 });
  chmodSync(path.join(videos, "closed"), 0);
  // The rights come back before the folder is removed.
  const scan = await scanVideos(videos).finally(() => chmodSync(path.join(videos, "closed"), 0o700));
  assert.deepEqual(
    scan.videos.map((video) => video.path),
    ["a/1.mp4"],
  );
  assert.deepEqual(scan.problems, [{ path: "closed", reason: "a folder that cannot be read (EACCES)" }]);
});

test("an archive that breaks off: what comes before is used", async (t) => {
  const { folder, videos } = workplace(t);
  dataset(folder, ["1.mp4", "2.mp4"]);
  const inside = path.join(folder, "inside");
  await put(inside, { "1.mp4": 1, "2.mp4": 2 });
  const archive = path.join(videos, "x.tar");
  execFileSync("tar", ["-cf", archive, "-C", inside, "1.mp4", "2.mp4"]);
  const { length } = readFileSync(path.join(inside, "1.mp4"));
  truncateSync(archive, 512 + 512 * Math.ceil(length / 512) + 512 + 100);
  const report = await prepareVideos("odd", { root: videos, jobs: 1 });
  assert.deepEqual([report.found, report.corrupt, report.missing], [1, [], ["2.mp4"]]);
  assert.match(report.problems[0]!.reason, /^the archive breaks off within "2\.mp4"/);
});

test("a full disk: one line, and the index that was there stays", async (t) => {
  const { folder, videos } = workplace(t);
  const small = path.join(folder, "small disk");
  mkdirSync(small);
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", small]);
  if (mounted.status !== 0) return t.skip("SKIPPED: no right to mount a small disk");
  try {
    process.env.VGHIF_DATA = small;
    const names = Array.from({ length: 60 }, (_, at) => `${at}.mp4`);
    dataset(videos, names);
    await put(videos, Object.fromEntries(names.slice(0, 20).map((name, at) => [name, at])));
    await prepareVideos("odd", { jobs: 1 });
    await put(videos, Object.fromEntries(names.slice(20).map((name, at) => [name, 20 + at])));
    const filler = Buffer.alloc(200_000);
    await assert.rejects(put(small, { filler }), /ENOSPC/);
    await assert.rejects(prepareVideos("odd", { jobs: 1 }), /^UserError: cannot write .*ENOSPC.*is kept$/);
    assert.deepEqual([readIndex("odd")!.entries.size, readIndex("odd")!.complete], [20, true]);
  } finally {
    spawnSync("umount", ["-l", small]);
  }
});
