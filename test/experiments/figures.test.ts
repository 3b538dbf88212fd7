import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { table1 } from "vghif/dist/experiments/declared/table-1.js";
import { table2 } from "vghif/dist/experiments/declared/table-2.js";
import { table3 } from "vghif/dist/experiments/declared/table-3.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import type { Figure, ScatterTrace } from "vghif/dist/experiments/figure.js";
import { modelStyle } from "vghif/dist/experiments/figure-style.js";
import { drawingSvg, FIGURES, findFigures, shownPair } from "vghif/dist/experiments/figures.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { openStore, type RecordStore } from "vghif/dist/experiments/store.js";
import { type Table, tableSpecs } from "vghif/dist/experiments/table.js";
import { findTargets, targetNames } from "vghif/dist/experiments/targets.js";
import { PROJECT_ROOT } from "../shared.js";
import { exampleRecord, temporaryFolder } from "./example-runs.js";

/** A store with the runs of these tables that `top1` gives a number. */
function storeOf(t: TestContext, tables: readonly Table[], top1: (spec: RunSpec) => number | null): RecordStore {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  for (const spec of tables.flatMap((table) => tableSpecs(table, "smoke"))) {
    const value = top1(spec);
    if (value !== null) store.write(exampleRecord(spec, value));
  }
  return store;
}

const OF_MODEL: Readonly<Record<string, number>> = { clip: 30, xclip: 40, vificlip: 50 };

/** Baselines 30, 40, 50 and a quarter of the seed; VgHIF adds 2 and half of the seed to all but ViFi-CLIP, which loses 3. */
function accuracy({ model, seed, vghif }: RunSpec): number {
  const gain = model === "vificlip" ? -3 : 2 + seed / 2;
  return OF_MODEL[model]! + seed / 4 + (vghif ? gain : 0);
}

async function plot(id: string, store: RecordStore): Promise<Figure> {
  const drawing = await FIGURES[id]!.draw({ scale: "smoke", store });
  assert.ok(drawing.kind === "plot");
  return drawing.figure;
}

test("figure-shots: six lines a panel, a baseline light and dashed, its twin solid in the same hue", async (t) => {
  const store = storeOf(t, [table4], (spec) => accuracy(spec) + spec.shots!);
  const { data, layout } = await plot("figure-shots", store);
  const lines = data.filter(({ mode }) => mode === "lines+markers");
  assert.equal(lines.length, 12);
  assert.deepEqual(
    lines.filter(({ showlegend }) => showlegend).map(({ name, line, marker }) => [name, line!.dash, marker!.symbol]),
    [
      ["CLIP", "dash", "circle-open"],
      ["CLIP + VgHIF", "solid", "circle"],
      ["X-CLIP", "dash", "square-open"],
      ["X-CLIP + VgHIF", "solid", "square"],
      ["ViFi-CLIP", "dash", "diamond-open"],
      ["ViFi-CLIP + VgHIF", "solid", "diamond"],
    ],
  );
  assert.equal(new Set(lines.slice(0, 6).map(({ marker }) => marker!.color)).size, 6);
  assert.deepEqual(lines[3]!.y, [45.5 - 0.75 + 0.75, 47.5, 51.5, 59.5]);
  assert.equal(layout.width, 860);
});

test("figure-datasets: accuracy above, gain with its interval around zero below, four datasets", async (t) => {
  const tables = [table1, table2, table3];
  const store = storeOf(t, tables, (spec) => (spec.dataset === "ucf-like" && spec.vghif ? null : accuracy(spec)));
  const figure = await plot("figure-datasets", store);
  const { layout, alt } = figure;
  const data = figure.data as readonly ScatterTrace[];
  assert.deepEqual(
    layout.xaxis2!.ticktext!.map((text) => text.split("<br>")[0]),
    ["kinetics-like", "mini-kinetics-like", "hmdb-like", "ucf-like"],
  );
  const above = data.filter(({ yaxis }) => yaxis === "y");
  const below = data.filter(({ yaxis }) => yaxis === "y2");
  assert.deepEqual([above.length, below.length], [6, 3]);
  assert.deepEqual(above[2]!.y, [40.5, 40.5, 40.5, 40.5]);
  assert.deepEqual(above[3]!.y, [43.5, 43.5, 43.5], "what was not run is left out");
  assert.deepEqual(
    below.map(({ y }) => y[0]),
    [3, 3, -3],
  );
  const bars = below[0]!.error_y!;
  assert.ok(bars.array[0]! > 0.3 && bars.arrayminus[0]! > 0.3 && bars.array[0]! < 2);
  assert.equal(below[2]!.error_y!.array[0], null, "the same difference for every seed has no interval");
  assert.ok(above[0]!.x.every((x, at) => Math.round(x) === at) && new Set(data.map(({ x }) => x[0])).size >= 6);
  assert.equal(layout.yaxis2!.zeroline, true);
  assert.match(alt, /hmdb-like: CLIP 30\.5, CLIP \+ VgHIF 33\.5.*gain in points: on CLIP \+3\.0 \(/);
  assert.match(alt, /ucf-like: .*CLIP \+ VgHIF not run.*on CLIP not run/);
  const svg = await drawingSvg({ kind: "plot", figure });
  assert.equal((svg.match(/class="point"/g) ?? []).length, 6 * 4 - 3 + 9);
  assert.ok((svg.match(/class="yerror"/g) ?? []).length >= 20);
  assert.doesNotMatch(svg, /NaN|undefined/);
});

test("vghif reproduce figure-shots: from records alone, into the report's folder, with the table behind it", (t) => {
  const store = storeOf(t, [table4], (spec) => accuracy(spec) + spec.shots!);
  const folder = path.dirname(store.folder);
  const env = { ...process.env, VGHIF_RECORDS: store.folder, VGHIF_DATA: path.join(folder, "data") };
  const command = [path.join(PROJECT_ROOT, "lib/bin/vghif.js"), "reproduce", "figure-shots", "--out", "page"];
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  assert.match(stderr, /^figure: .*page.figures.figure-shots\.svg$/m);
  assert.match(stdout, /^table-4: /);
  assert.match(readFileSync(path.join(folder, "page", "figures", "figure-shots.svg"), "utf8"), /ViFi-CLIP \+ VgHIF/);
  assert.equal(existsSync(path.join(folder, "data")), false);
});

test("what trains is at hand where its data is, or its record", async (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const before = process.env.VGHIF_DATA;
  process.env.VGHIF_DATA = path.join(store.folder, "no data");
  t.after(() => {
    if (before === undefined) delete process.env.VGHIF_DATA;
    else process.env.VGHIF_DATA = before;
  });
  const atHand = async () =>
    Promise.all(Object.values(FIGURES).map(async (figure) => figure.atHand({ scale: "smoke", store })));
  assert.deepEqual(await atHand(), [true, true, false, false]);
  mkdirSync(path.join(store.folder, "no data", "hmdb-like"), { recursive: true });
  assert.deepEqual(await atHand(), [true, true, true, true]);
});

test("styles: a row of another kind takes its place's hue", () => {
  assert.notDeepEqual(modelStyle("gate-1", 1), modelStyle("gate-2", 2));
  assert.equal(modelStyle("baseline", 0).dash, "dash");
  assert.equal(modelStyle("gate-1", 1).dash, "solid");
});

test("the runs that are looked into share everything but the fusion", () => {
  const { baseline, treatment } = shownPair("smoke");
  assert.deepEqual({ ...treatment, vghif: null }, baseline);
  assert.deepEqual([baseline.dataset, baseline.shots, baseline.seed, baseline.model], ["hmdb-like", 16, 0, "clip"]);
  assert.notEqual(treatment.vghif, null);
});

test("by name: figures bring their tables along, unknown names are listed", () => {
  const targets = findTargets(["figure-datasets", "table-3"]);
  assert.deepEqual(
    targets.tables.map(({ id }) => id),
    ["table-3", "table-1", "table-2"],
  );
  assert.deepEqual([targets.figures.map(({ id }) => id), targets.cost], [["figure-datasets"], false]);
  assert.equal(findTargets(["ablation-cost"]).cost, true);
  assert.deepEqual(findTargets(["ablation-cost"]).tables, []);
  const all = findTargets([]);
  assert.deepEqual([all.figures.length, all.cost], [4, true]);
  assert.equal(all.tables.length + all.figures.length + 1, targetNames().length);
  assert.throws(
    () => findTargets(["figure-nine"]),
    /no table or figure "figure-nine"; there are table-1.*figure-embedding/,
  );
  assert.throws(() => findFigures(["figure-nine"]), /there are figure-shots/);
});
