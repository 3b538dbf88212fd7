import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileHash } from "vghif/dist/weights/file-hash.js";

const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a file is read once while it stays what it was, and again when it has changed", async (t) => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif hash "));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, "weights");
  const reads = t.mock.method(fs, "createReadStream");
  fs.writeFileSync(file, "one");
  assert.equal(await fileHash(file), hashOf("one"));
  fs.writeFileSync(file, "two");
  assert.equal(await fileHash(file), hashOf("two"), "just written, it is not remembered");
  await sleep(2100);
  for (let time = 0; time < 3; time++) assert.equal(await fileHash(file), hashOf("two"));
  assert.equal(reads.mock.callCount(), 3);
  const { atime, mtime } = fs.statSync(file);
  fs.writeFileSync(file, "six");
  fs.utimesSync(file, atime, mtime);
  assert.equal(await fileHash(file), hashOf("six"), "as long and as old, but another");
  assert.equal(reads.mock.callCount(), 4);
  await assert.rejects(fileHash(path.join(folder, "absent")), { code: "ENOENT" });
});
