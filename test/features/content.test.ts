import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { contentOf, isStill, keepContents } from "vghif/dist/features/content.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** A folder with a cache of its own. */
function temporary(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif content "));
  const before = process.env.VGHIF_CACHE;
  process.env.VGHIF_CACHE = path.join(folder, "cache");
  t.after(() => {
    if (before === undefined) delete process.env.VGHIF_CACHE;
    else process.env.VGHIF_CACHE = before;
    fs.rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const linesIn = (folder: string): string[] => {
  keepContents();
  const file = path.join(folder, "cache", "content", "hashes.txt");
  return fs.existsSync(file)
    ? fs
        .readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
};

test("a file is read once, and again when its content is replaced by one of the same size and time", async (t) => {
  const folder = temporary(t);
  const file = path.join(folder, "a.mp4");
  fs.writeFileSync(file, "first");
  fs.utimesSync(file, 1000, 1000);
  const fresh = await contentOf(file);
  assert.deepEqual([fresh.hash, fresh.settled], [sha256("first"), false], "changed a moment ago: not remembered");
  assert.deepEqual(linesIn(folder), []);
  await sleep(2100);
  const settled = await contentOf(file);
  assert.deepEqual([settled.hash, settled.settled], [sha256("first"), true]);
  assert.equal(linesIn(folder).length, 1);
  assert.equal(await isStill(file, settled), true);

  const reads = t.mock.method(fs, "createReadStream");
  assert.deepEqual(await contentOf(file), settled);
  assert.equal(reads.mock.callCount(), 0, "remembered");
  const before = fs.statSync(file);
  fs.writeFileSync(file, "other");
  fs.utimesSync(file, before.atime, before.mtime);
  const after = fs.statSync(file);
  assert.deepEqual([after.size, after.mtimeMs, after.ino], [before.size, before.mtimeMs, before.ino]);
  assert.equal(await isStill(file, settled), false);
  assert.equal((await contentOf(file)).hash, sha256("other"));
});

test("what a line of the log does not say in full is read again; a log that cannot be written is no error", async (t) => {
  const folder = temporary(t);
  const files = ["a", "b", "c"].map((name) => path.join(folder, `${name}.mp4`));
  for (const file of files) fs.writeFileSync(file, file);
  await sleep(2100);
  for (const file of files) await contentOf(file);
  const lines = linesIn(folder);
  assert.equal(lines.length, 3);
  // Another cache folder is another process to this one: it has nothing in memory.
  const mended = [lines[0]!.slice(0, 40), lines[1]!.replace(/^./, "-"), lines[2]!, `${lines[0]!.slice(0, -1)}x`, ""];
  const other = path.join(folder, "other");
  fs.mkdirSync(path.join(other, "content"), { recursive: true });
  const log = path.join(other, "content", "hashes.txt");
  fs.writeFileSync(log, mended.join("\n") + lines[1]!.slice(0, 30));
  process.env.VGHIF_CACHE = other;
  for (const file of files) assert.equal((await contentOf(file)).hash, sha256(file));
  keepContents();
  assert.equal(
    fs
      .readFileSync(log, "utf8")
      .split("\n")
      .filter((line) => lines.includes(line)).length,
    3,
  );

  fs.writeFileSync(path.join(folder, "no-folder"), "");
  process.env.VGHIF_CACHE = path.join(folder, "no-folder");
  assert.equal((await contentOf(files[0]!)).hash, sha256(files[0]!));
  keepContents();
});

test("members of an archive and folders of frames have a content too, and another one when a byte changes", async (t) => {
  const folder = temporary(t);
  const tar = path.join(folder, "shard.tar");
  fs.writeFileSync(tar, "....first.....second");
  const member = (offset: number, bytes: number) => ({ tar, member: "x.mp4", offset, bytes });
  const frames = path.join(folder, "frames");
  fs.mkdirSync(frames);
  for (const n of [1, 2, 10]) fs.writeFileSync(path.join(frames, `${n}.jpg`), `frame ${n}`);
  await sleep(2100);
  assert.equal((await contentOf(member(4, 5))).hash, sha256("first"));
  assert.equal((await contentOf(member(14, 6))).hash, sha256("second"));
  const whole = await contentOf({ frames });
  assert.equal(whole.hash, sha256([1, 2, 10].map((n) => `${sha256(`frame ${n}`)}\n`).join("")));
  assert.equal(linesIn(folder).length, 3);
  assert.deepEqual(await contentOf({ frames }), whole);
  const { mtime } = fs.statSync(path.join(frames, "2.jpg"));
  fs.writeFileSync(path.join(frames, "2.jpg"), "frame 3");
  fs.utimesSync(path.join(frames, "2.jpg"), mtime, mtime);
  assert.equal(await isStill({ frames }, whole), false);
  assert.notEqual((await contentOf({ frames })).hash, whole.hash);
});
