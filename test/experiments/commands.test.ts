/** The commands as a user runs them: what is printed where, and the exit code. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import type { TableResult } from "vghif/dist/experiments/table-result.js";
import { PROJECT_ROOT } from "../shared.js";
import { exampleRecord, temporaryFolder } from "./example-runs.js";

/** Runs the command line with records and data of its own. */
function vghif(folder: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(PROJECT_ROOT, "lib/bin/vghif.js"), ...args],
    {
      cwd: folder,
      encoding: "utf8",
      env: {
        ...process.env,
        VGHIF_RECORDS: path.join(folder, "records"),
        VGHIF_DATA: path.join(folder, "data"),
        VGHIF_WEIGHTS: path.join(folder, "weights"),
      },
    },
  );
  return { status, stdout, stderr };
}

function withAllRecords(t: TestContext): string {
  const folder = temporaryFolder(t);
  const store = openStore(path.join(folder, "records"));
  for (const spec of tableSpecs(table4, "smoke")) store.write(exampleRecord(spec, 40 + spec.seed + spec.shots!));
  return folder;
}

test("reproduce with all records reads them alone: no data, no weights, no run", (t) => {
  const folder = withAllRecords(t);
  const { status, stdout, stderr } = vghif(folder, "reproduce", "table-4", "--json", "--out", "page");
  assert.equal(status, 0, stderr);
  const [result] = JSON.parse(stdout) as readonly [TableResult];
  assert.deepEqual(result.runs, { declared: 240, recorded: 240 });
  assert.equal(result.groups[0]!.rows[0]!.cells[3]!.summary!.mean, 58);
  assert.equal(existsSync(path.join(folder, "data")), false);
  assert.ok(stderr.includes(`report: ${path.join(realpathSync(folder), "page", "index.html")}`), stderr);
});

test("records of another manifest than the one here are set aside and run again, which needs the data", (t) => {
  const folder = withAllRecords(t);
  const store = openStore(path.join(folder, "records"));
  const [record] = store.list();
  store.write({ ...record!, hashes: { ...record!.hashes, manifest: "other" } });
  writeFileSync(path.join(folder, "data"), "a file where the data folder would be");
  const { status } = vghif(folder, "reproduce", "table-4");
  assert.equal(status, 1);
  assert.equal(store.has(record!.id), false);
  assert.equal(readdirSync(path.join(store.folder, "replaced")).length, 1);
});

test("report writes the page where it is told to", (t) => {
  const folder = withAllRecords(t);
  const { status, stdout } = vghif(folder, "report", "--out", "page here");
  assert.equal(status, 0);
  assert.match(readFileSync(stdout.trim(), "utf8"), /240 of 240 runs/);
});

test("scale paper without data and weights: one line of what is missing and how to get it, exit code 1", (t) => {
  const { status, stdout, stderr } = vghif(temporaryFolder(t), "reproduce", "--scale", "paper");
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  for (const part of ["hmdb51", "ucf101", "clip-vit-b-16", "https://", "VGHIF_WEIGHTS"])
    assert.ok(stderr.includes(part), part);
});

test("wrong use is exit code 2 with one line; what the user can mend is exit code 1", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "spec.json"), '{"scale":"smoke"}');
  writeFileSync(path.join(folder, "no.json"), "{");
  const cases: readonly (readonly [number, RegExp, readonly string[]])[] = [
    [2, /there is no table or figure "table-9"; there are table-1/, ["reproduce", "table-9"]],
    [2, /--scale is "huge": give smoke or paper/, ["reproduce", "--scale", "huge"]],
    [2, /--jobs is "0"/, ["reproduce", "--jobs", "0"]],
    [2, /--shots is "x"/, ["few-shot", "ucf-like", "--shots", "2,x"]],
    [1, /no dataset "nowhere"/, ["few-shot", "nowhere"]],
    [1, /spec\.json is not a run's spec: field "task"/, ["run", "spec.json"]],
    [1, /no\.json is not JSON/, ["run", "no.json"]],
    [1, /cannot read the spec absent\.json/, ["run", "absent.json"]],
  ];
  for (const [code, message, args] of cases) {
    const { status, stderr } = vghif(folder, ...args);
    assert.equal(status, code, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

test("a damaged record stops the table with its name and what to do", (t) => {
  const folder = withAllRecords(t);
  const store = openStore(path.join(folder, "records"));
  const [record] = store.list();
  writeFileSync(store.file(record!.id), "{");
  const { status, stderr } = vghif(folder, "report", "--out", "out");
  assert.equal(status, 1);
  assert.ok(stderr.includes(store.file(record!.id)) && stderr.includes("delete it and run again"), stderr);
});

test("too few videos for the shots is said before anything runs", (t) => {
  const folder = temporaryFolder(t);
  const dataset = path.join(folder, "data", "mine");
  mkdirSync(dataset, { recursive: true });
  const head = { name: "mine", title: "Mine", kind: "user", source: "test", licence: "none" };
  writeFileSync(path.join(dataset, "dataset.json"), JSON.stringify(head));
  writeFileSync(path.join(dataset, "classes.csv"), "id,name\n0,walk\n1,run\n");
  writeFileSync(path.join(dataset, "train.csv"), "path,label,group\na.mp4,0,\nb.mp4,0,\nc.mp4,1,\n");
  writeFileSync(path.join(dataset, "test.csv"), "path,label,group\nd.mp4,0,\ne.mp4,1,\n");
  const { status, stderr } = vghif(folder, "few-shot", "mine", "--shots", "2");
  assert.equal(status, 1);
  assert.match(stderr, /class "run" has 1 training video, fewer than the 2 shots/);
});
