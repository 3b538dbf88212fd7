import assert from "node:assert/strict";
import { test } from "node:test";
import { VISION_LAYERS } from "vghif/dist/experiments/ablation.js";
import { ablationLevels } from "vghif/dist/experiments/declared/ablation-levels.js";
import { table1 } from "vghif/dist/experiments/declared/table-1.js";
import { table2 } from "vghif/dist/experiments/declared/table-2.js";
import { table3 } from "vghif/dist/experiments/declared/table-3.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { table5 } from "vghif/dist/experiments/declared/table-5.js";
import { fewShotTable } from "vghif/dist/experiments/few-shot.js";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { publishedFewShot } from "vghif/dist/experiments/published.js";
import { defineTable, tableSpecs } from "vghif/dist/experiments/table.js";
import { readTable } from "vghif/dist/experiments/table-result.js";
import { TABLES } from "vghif/dist/experiments/tables.js";
import { fusedLevels } from "vghif/dist/models/vghif.js";
import { EXAMPLE_TABLE, exampleStore } from "./example-runs.js";

test("table-4 is 6 rows x 2 datasets x 4 K x 5 or, at scale paper, 3 seeds, seeds first", () => {
  for (const scale of ["smoke", "paper"] as const) {
    const specs = tableSpecs(table4, scale);
    assert.equal(specs.length, scale === "smoke" ? 240 : 144);
    assert.deepEqual(
      specs.slice(0, 48).map((spec) => spec.seed),
      Array(48).fill(0),
    );
    assert.deepEqual([...new Set(specs.map((spec) => spec.shots))], [2, 4, 8, 16]);
    assert.deepEqual([...new Set(specs.map((spec) => spec.model))], ["clip", "xclip", "vificlip"]);
  }
  assert.deepEqual([...new Set(tableSpecs(table4, "paper").map((spec) => spec.dataset))], ["hmdb51-1", "ucf101-1"]);
});

test("full supervision: five tables' datasets; at scale paper a seed an official split", () => {
  const counts = Object.values(TABLES).map((table) => [table.id, tableSpecs(table, "smoke").length]);
  assert.deepEqual(Object.fromEntries(counts), {
    "table-1": 30,
    "table-2": 30,
    "table-3": 60,
    "table-4": 240,
    "table-5": 120,
    "ablation-levels": 80,
    "ablation-iterations": 140,
    "ablation-interaction": 80,
    "ablation-tokens": 50,
    "ablation-gates": 110,
  });
  const paper = tableSpecs(table3, "paper");
  assert.deepEqual(
    [...new Set(paper.filter(({ seed }) => seed === 1).map(({ dataset }) => dataset))],
    ["hmdb51-2", "ucf101-2"],
  );
  for (const { task, shots, evaluate, train } of paper) {
    assert.deepEqual([task, shots, evaluate, train?.epochs], ["full", null, "test", 30]);
  }
  assert.deepEqual(
    [...new Set(tableSpecs(table1, "paper").map(({ dataset, evaluate }) => `${dataset} ${evaluate}`))],
    ["kinetics-400 val"],
  );
  const table5Ids = new Set(tableSpecs(table5, "smoke").map(runId));
  const others = [table1, table2, table3].flatMap((table) => tableSpecs(table, "smoke").map(runId));
  assert.deepEqual(new Set(others), table5Ids, "table-5 runs nothing of its own");
});

test("ablations change one option, and reuse the runs of table 4 for the baseline and the default", () => {
  const known = new Set(tableSpecs(table4, "smoke").map(runId));
  const defaults = {
    "ablation-levels": "last-4",
    "ablation-iterations": "1-shallow-to-deep-own",
    "ablation-interaction": "attention",
    "ablation-tokens": "cls+patch",
    "ablation-gates": "closed",
  };
  for (const [id, key] of Object.entries(defaults)) {
    const table = TABLES[id]!;
    assert.deepEqual([table.kind, table.reference], ["ablation", key]);
    for (const row of ["baseline", key]) {
      const column = table.columns["hmdb51-k8"]!;
      assert.ok(known.has(runId(table.spec(table.rows[row]!, column, 3, "smoke"))), `${id} ${row}`);
    }
    for (const scale of ["smoke", "paper"] as const) {
      for (const spec of tableSpecs(table, scale)) {
        assert.deepEqual(parseSpec(JSON.parse(JSON.stringify(spec)), "spec"), spec);
        if (spec.vghif) fusedLevels(spec.vghif, VISION_LAYERS[scale]);
      }
    }
  }
  const levels = (scale: "smoke" | "paper") => [
    ...new Set(tableSpecs(ablationLevels, scale).map(({ vghif }) => JSON.stringify(vghif?.levels))),
  ];
  assert.deepEqual(levels("paper").slice(1, 5), ["[12]", "[9,12]", "[6,9,12]", "null"]);
  assert.equal(levels("smoke").includes("[3,4]"), true);
});

test("a baseline and its twin differ in the fusion alone", () => {
  const specs = tableSpecs(table4, "paper");
  for (let index = 0; index < specs.length; index += 2) {
    const [baseline, twin] = [specs[index]!, specs[index + 1]!];
    assert.equal(baseline.vghif, null);
    assert.notEqual(twin.vghif, null);
    assert.deepEqual({ ...twin, vghif: null }, baseline);
  }
});

test("a row that does not exist does not compile", () => {
  const choice = { id: "x", title: "x", datasets: [{ smoke: "a", paper: "a" }], shots: [2], seeds: table4.seeds };
  const table = fewShotTable(choice);
  // @ts-expect-error: "clip+vgif" is no row
  defineTable({ ...table, comparisons: [{ baseline: "clip", treatment: "clip+vgif" }] });
});

test("cells, differences and verdicts from records: the example by hand", (t) => {
  // hmdb-like K=2: baseline 40 + seed, +VgHIF adds 1, 2, 3; K=4: adds -2 every time; ucf-like K=2: seed 0 alone; K=4: none
  const store = exampleStore(t, ({ dataset, shots, seed, vghif }) => {
    const baseline = 40 + seed;
    if (dataset === "hmdb-like") return vghif ? baseline + (shots === 2 ? 1 + seed : -2) : baseline;
    return shots === 2 && seed === 0 ? (vghif ? 71 : 70) : null;
  });
  const result = readTable(EXAMPLE_TABLE, "smoke", store);
  const [hmdb, ucf] = result.groups;
  assert.equal(hmdb!.kind, "generated");
  assert.equal(hmdb!.rows[1]!.cells[0]!.summary!.mean, 43);
  assert.deepEqual(hmdb!.rows[0]!.cells[0]!.seeds, [0, 1, 2]);
  assert.deepEqual(hmdb!.rows[0]!.cells[0]!.videos, [127, 127]);
  const [k2, k4] = hmdb!.comparisons[0]!.cells;
  assert.equal(k2!.difference!.mean, 2);
  assert.equal(k2!.verdict, "undecided"); // interval 2 -+ 2.48
  assert.equal(k4!.difference!.mean, -2);
  assert.equal(k4!.verdict, "undecided"); // the same difference for every seed
  assert.deepEqual(
    ucf!.comparisons[0]!.cells.map((cell) => cell.verdict),
    ["undecided", "not run"],
  );
  assert.deepEqual(result.runs, { declared: 24, recorded: 14 });
  assert.deepEqual(result.verdict.cells, { better: 0, worse: 0, undecided: 3, "not run": 1 });
  assert.equal(result.verdict.difference!.n, 1, "only seed 0 has every column that was run");
  assert.match(result.verdict.line, /do not decide it.*one seed says nothing about spread.*1 not run/);
});

test("a table's verdict goes either way", (t) => {
  for (const [sign, finding, words] of [
    [
      1,
      "supported",
      /support it: mean difference \+3\.0 points \(95 % interval \+[\d.]+ to \+[\d.]+, p [=<] [\d.]+; 3 seeds\)/,
    ],
    [-1, "contradicted", /contradict it: mean difference −3\.0 points/],
  ] as const) {
    const store = exampleStore(t, ({ seed, vghif }) => 50 + seed * 7 + (vghif ? sign * (3 + 0.1 * (seed - 1)) : 0));
    const { verdict } = readTable(EXAMPLE_TABLE, "smoke", store);
    assert.equal(verdict.finding, finding);
    assert.match(verdict.line, words);
    assert.equal(verdict.cells[sign > 0 ? "better" : "worse"], 4);
  }
});

test("published rows: complete, in percent, each with its source, none of them VgHIF's", () => {
  const rows = publishedFewShot();
  assert.equal(rows.length, 16);
  for (const row of rows) {
    assert.deepEqual(Object.keys(row.values).sort(), Object.keys(table4.columns).sort());
    for (const value of Object.values(row.values)) assert.ok(value > 30 && value < 100);
    assert.ok(row.source.length > 0);
    assert.doesNotMatch(row.method, /VgHIF/);
  }
  const xclip = rows.find((row) => row.method === "X-CLIP")!;
  assert.equal(xclip.values["hmdb51-k2"], 53);
  assert.equal(xclip.values["ucf101-k16"], 91.4);
  assert.match(xclip.source, /arXiv:2208\.02816, Table 5/);
});
