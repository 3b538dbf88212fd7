import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { UserError } from "vghif/dist/errors.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { temporaryName } from "vghif/dist/files.js";
import { exampleRecord, temporaryFolder } from "./example-runs.js";

const SPECS = tableSpecs(table4, "smoke");
const RECORD = exampleRecord(SPECS[0]!, 43.3);

test("a record comes back as it was written; has, list and file agree", (t) => {
  const store = openStore(path.join(temporaryFolder(t), "deep", "records"));
  assert.deepEqual(store.list(), []);
  assert.equal(store.has(RECORD.id), false);
  const second = exampleRecord(SPECS[1]!, 51);
  assert.equal(store.write(RECORD), store.file(RECORD.id));
  store.write(second);
  assert.equal(store.has(RECORD.id), true);
  assert.deepEqual(store.read(RECORD.id), RECORD);
  assert.deepEqual(
    store.list().map((record) => record.id),
    [RECORD.id, second.id].sort(),
  );
  assert.deepEqual([...store.ids()].sort(), [RECORD.id, second.id].sort());
  assert.equal(store.add({ ...RECORD, finished: "2026-02-02T00:00:00.000Z" }), store.file(RECORD.id));
  assert.equal(store.read(RECORD.id).finished, RECORD.finished, "the first record of a run stays");
  assert.equal(fs.readdirSync(store.folder).length, 2, "no temporary file stays behind");
});

test("a damaged record is an error that names the file and what to do", (t) => {
  const store = openStore(temporaryFolder(t));
  const file = store.write(RECORD);
  const text = fs.readFileSync(file, "utf8");
  const damages: readonly (readonly [content: string, reason: RegExp])[] = [
    [text.slice(0, text.length / 2), /it is not JSON/],
    ["", /it is not JSON/],
    [text.replace('"top1":43.3', '"top1":"43.3"'), /field "final\.top1": expected number, received "43.3"/],
    [text.replace('"seed":0', '"seed":5'), /its spec has the id [0-9a-f]{12}, its name says/],
    ["{}", /field "id": .*received nothing/],
  ];
  for (const [content, reason] of damages) {
    fs.writeFileSync(file, content);
    for (const read of [() => store.read(RECORD.id), () => store.list()]) {
      assert.throws(read, (error) => {
        assert.ok(error instanceof UserError);
        assert.ok(error.message.includes(file) && error.message.includes("delete it and run again"), error.message);
        assert.match(error.message, reason);
        return true;
      });
    }
  }
});

test("files that are no records are left alone", (t) => {
  const store = openStore(temporaryFolder(t));
  store.write(RECORD);
  fs.writeFileSync(path.join(store.folder, "README.md"), "notes");
  fs.writeFileSync(path.join(store.folder, `${RECORD.id}.json.123.tmp`), "{");
  assert.equal(store.list().length, 1);
});

test("a folder that cannot hold records is one clear line", (t) => {
  const folder = temporaryFolder(t);
  const file = path.join(folder, "file");
  fs.writeFileSync(file, "");
  assert.throws(
    () => openStore(path.join(file, "records")).write(RECORD),
    /cannot write the record .*not a folder; set VGHIF_RECORDS/,
  );
});

test("a full disk is said, and nothing half-written stays", (t) => {
  const device = "/dev/full";
  if (!fs.existsSync(device)) return t.skip(`SKIPPED: there is no ${device} here to stand for a full disk`);
  const store = openStore(temporaryFolder(t));
  const temporary = temporaryName(store.file(RECORD.id));
  fs.symlinkSync(device, temporary);
  assert.throws(() => store.write(RECORD), /the disk is full; free some space and run again/);
  assert.deepEqual(fs.readdirSync(store.folder), []);
});

test("an absent record says to run it", (t) => {
  assert.throws(() => openStore(temporaryFolder(t)).read(RECORD.id), /cannot read the record .*run it first/);
});
