import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { contentOf, isStill, keepContents } from "vghif/dist/features/content.js";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif content "));
const files = ["a", "b", "c"].map((name) => path.join(folder, `${name}.mp4`));
const tar = path.join(folder, "shard.tar");
const frames = path.join(folder, "frames");

before(async () => {
  useCache("fresh");
  for (const file of files) fs.writeFileSync(file, path.basename(file));
  fs.writeFileSync(tar, "....first.....second");
  fs.mkdirSync(frames);
  for (const n of [1, 2, 10]) fs.writeFileSync(path.join(frames, `${n}.jpg`), `frame ${n}`);
  const fresh = await contentOf(files[0]!);
  assert.deepEqual([fresh.hash, fresh.settled], [sha256("a.mp4"), false], "changed a moment ago: not remembered");
  assert.deepEqual(lines(), []);
  await sleep(2100);
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Another cache folder is another process to this one: it has nothing in memory. Returns its file of hashes. */
function useCache(name: string): string {
  process.env.VGHIF_CACHE = path.join(folder, name);
  return path.join(folder, name, "content", "hashes.txt");
}

/** What is noted in the present cache. */
function lines(): string[] {
  keepContents();
  const file = path.join(process.env.VGHIF_CACHE!, "content", "hashes.txt");
  return fs.existsSync(file)
    ? fs
        .readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => line !== "")
    : [];
}

test("a file is read once, and again when its content is replaced by one of the same size and time", async (t) => {
  useCache("one");
  const file = files[0]!;
  const settled = await contentOf(file);
  assert.deepEqual([settled.hash, settled.settled], [sha256("a.mp4"), true]);
  assert.equal(lines().length, 1);
  assert.equal(await isStill(file, settled), true);
  const reads = t.mock.method(fs, "createReadStream");
  assert.deepEqual(await contentOf(file), settled);
  assert.equal(reads.mock.callCount(), 0, "remembered");
  const before = fs.statSync(file);
  fs.writeFileSync(file, "A.MP4");
  fs.utimesSync(file, before.atime, before.mtime);
  const after = fs.statSync(file);
  assert.deepEqual([after.size, after.ino], [before.size, before.ino]);
  assert.ok(Math.abs(after.mtimeMs - before.mtimeMs) < 1);
  assert.equal(await isStill(file, settled), false);
  assert.equal((await contentOf(file)).hash, sha256("A.MP4"));
});

test("what a line does not say in full is read again; a cache that cannot be written is no error", async () => {
  useCache("two");
  const own = [...files.slice(1), tar];
  for (const file of own) await contentOf(file);
  const noted = lines();
  assert.equal(noted.length, 3);
  const log = useCache("mended");
  fs.mkdirSync(path.dirname(log), { recursive: true });
  const mended = [noted[0]!.slice(0, 40), noted[1]!.replace(/^./, "-"), noted[2]!, `${noted[0]!.slice(0, -1)}x`, ""];
  fs.writeFileSync(log, mended.join("\n") + noted[1]!.slice(0, 30));
  for (const file of own) assert.equal((await contentOf(file)).hash, sha256(fs.readFileSync(file, "utf8")));
  assert.equal(lines().filter((line) => noted.includes(line)).length, 3, "one was whole, two are noted anew");

  fs.writeFileSync(path.join(folder, "no folder"), "");
  useCache("no folder");
  assert.equal((await contentOf(files[1]!)).hash, sha256("b.mp4"));
  keepContents();
});

test("members of an archive and folders of frames have a content too, and another one when a byte changes", async () => {
  useCache("three");
  const member = (offset: number, bytes: number) => ({ tar, member: "x.mp4", offset, bytes });
  assert.equal((await contentOf(member(4, 5))).hash, sha256("first"));
  assert.equal((await contentOf(member(14, 6))).hash, sha256("second"));
  const whole = await contentOf({ frames });
  assert.equal(whole.hash, sha256([1, 2, 10].map((n) => `${sha256(`frame ${n}`)}\n`).join("")));
  assert.equal(lines().length, 3);
  assert.deepEqual(await contentOf({ frames }), whole);
  const { mtime } = fs.statSync(path.join(frames, "2.jpg"));
  fs.writeFileSync(path.join(frames, "2.jpg"), "frame 3");
  fs.utimesSync(path.join(frames, "2.jpg"), mtime, mtime);
  assert.equal(await isStill({ frames }, whole), false);
  assert.notEqual((await contentOf({ frames })).hash, whole.hash);
});
