/** `show` and `runTable`: as text outside a kernel, as HTML and SVG in the real one. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { executeNotebook } from "vghif/dist/notebook/run.js";
import { exampleStore } from "../experiments/example-runs.js";
import { PROJECT_ROOT } from "../shared.js";

/** Reads the example table's records; `records` is where they are. */
function cellsFor(records: string): readonly string[] {
  return [
    'import { cellFrame, figureShots, fewShotTable, openStore, readCost, runTable, show } from "vghif";',
    `const store = openStore(${JSON.stringify(records)});`,
    `const table = fewShotTable({ id: "example", title: "Example", shots: [2, 4], seeds: { smoke: [0, 1, 2], paper: [0] },
       datasets: [{ smoke: "hmdb-like", paper: "hmdb51" }, { smoke: "ucf-like", paper: "ucf101" }] });`,
    'const result = await runTable(table, "smoke", { store: store });', // tslab loses a shorthand { store } between cells
    "await show(result);",
    "await show(figureShots(result));",
    "await show(await cellFrame(result));",
    'await show("<svg xmlns=\\"http://www.w3.org/2000/svg\\"></svg>");',
    "await show(readCost(store));",
    'await show({ kind: "plot", figure: figureShots(result) });',
    'await show({ kind: "picture", svg: "<svg xmlns=\\"http://www.w3.org/2000/svg\\"></svg>", alt: "a map" });',
  ];
}

test("outside a kernel, tables are text and figures are described", (t) => {
  const store = exampleStore(t, ({ seed }) => 50 + seed);
  const source = cellsFor(store.folder)
    .join("\n")
    .replace(/^import (.*) from "vghif";/, 'const $1 = require("vghif");');
  const { stdout, stderr, status } = spawnSync(process.execPath, ["-e", `(async () => {${source}})()`], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^example: Example \(scale smoke, 24 of 24 runs\)$/m);
  assert.match(stdout, /^CLIP \+ VgHIF +51\.0 ± 1\.0 +51\.0 ± 1\.0$/m);
  assert.match(stdout, /^\[figure-shots\] Accuracy in percent over shots\. hmdb-like/m);
  assert.match(stdout, /^\[picture, \d+ bytes of SVG\]$/m);
  assert.match(stdout, /^ablation-cost: What VgHIF costs \(0 of 12 pairs\)$/m);
  assert.match(stdout, /^\[picture\] a map$/m);
  assert.equal(stdout.match(/^\[figure-shots\]/gm)?.length, 2);
});

test("in the kernel, tables are HTML, figures and pictures SVG, and what ran is said in place", async (t) => {
  const store = exampleStore(t, ({ seed }) => 50 + seed);
  const outputs = await run(t, cellsFor(store.folder));
  assert.deepEqual(outputs.flatMap(Object.keys), [
    "text/plain",
    "text/html",
    "image/svg+xml",
    "text/html",
    "image/svg+xml",
    "text/html",
    "image/svg+xml",
    "image/svg+xml",
  ]);
  const [state, table, figure, frame] = outputs.map((data) => String(Object.values(data)[0]));
  assert.equal(state, "example (smoke): 24 of 24 runs recorded");
  assert.match(table!, /<td>51\.0 ± 1\.0<\/td>/);
  assert.match(figure!, /^<svg[^>]*>/);
  assert.match(frame!, /<td>hmdb-like<\/td>/);
});

test("an interactive figure is a frame that needs no network", async (t) => {
  const store = exampleStore(t, ({ seed }) => 50 + seed);
  const cells = [...cellsFor(store.folder).slice(0, 4), "await show(figureShots(result), { interactive: true });"];
  const html = String(Object.values((await run(t, cells))[1]!)[0]);
  assert.match(html, /^<iframe title="Accuracy in percent/);
  assert.match(html, /default-src 'none'/);
  assert.doesNotMatch(html, /(src|href)=&quot;https?:/);
});

/** The outputs' data of a notebook of these cells, run by the real kernel. */
async function run(t: TestContext, cells: readonly string[]): Promise<readonly Record<string, string>[]> {
  await mkdir(path.join(PROJECT_ROOT, "build"), { recursive: true });
  const folder = await mkdtemp(path.join(PROJECT_ROOT, "build", "display test "));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "cells.ipynb");
  const code = cells.map((source) => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: null }));
  await writeFile(file, JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  assert.deepEqual((await executeNotebook(file)).errors, []);
  const written = JSON.parse(await readFile(file, "utf8")) as {
    readonly cells: readonly { readonly outputs: readonly { readonly data: Record<string, readonly string[]> }[] }[];
  };
  return written.cells
    .flatMap(({ outputs }) => outputs)
    .map(({ data }) => Object.fromEntries(Object.entries(data).map(([mime, lines]) => [mime, lines.join("")])));
}
