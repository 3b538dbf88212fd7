import assert from "node:assert/strict";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { ablationTokens } from "vghif/dist/experiments/declared/ablation-tokens.js";
import { table3 } from "vghif/dist/experiments/declared/table-3.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { fewShotTable } from "vghif/dist/experiments/few-shot.js";
import { runId } from "vghif/dist/experiments/id.js";
import type { RunRecord } from "vghif/dist/experiments/record.js";
import { renderTable } from "vghif/dist/experiments/render.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { holm } from "vghif/dist/experiments/statistics.js";
import { openStore, type RecordStore } from "vghif/dist/experiments/store.js";
import { type Table, tableSpecs } from "vghif/dist/experiments/table.js";
import { readTable } from "vghif/dist/experiments/table-result.js";
import { exampleRecord, temporaryFolder } from "./example-runs.js";

const VIDEOS = 199;

const TWO_BACKBONES = fewShotTable({
  id: "two",
  title: "Two backbones",
  models: ["clip", "xclip"],
  datasets: [{ smoke: "hmdb-like", paper: "hmdb51" }],
  shots: [2, 4],
  seeds: { smoke: [0, 1, 2, 3], paper: [0] },
});

/** Videos that a run is right on: so many, from this one on. */
interface Right {
  readonly count: number;
  readonly from: number;
}

function recordOf(spec: RunSpec, { count: right, from }: Right): RunRecord {
  const record = exampleRecord(spec, (100 * right) / VIDEOS);
  const predictions = Array.from(
    { length: VIDEOS },
    (_, video) => [`${video}.mp4`, 0, [from <= video && video < from + right ? 0 : 1]] as const,
  );
  return { ...record, predictions, final: { ...record.final, n: VIDEOS } };
}

function storeOf(t: TestContext, table: Table, right: (spec: RunSpec) => number | Right | null): RecordStore {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  for (const spec of tableSpecs(table, "smoke")) {
    const number = right(spec);
    if (number === null || store.has(runId(spec))) continue;
    store.write(recordOf(spec, typeof number === "number" ? { count: number, from: 0 } : number));
  }
  return store;
}

test("several comparisons: each judged by its own mean, the claim about each by all of them", (t) => {
  const gains = (clip: number, xclip: number) =>
    readTable(
      TWO_BACKBONES,
      "smoke",
      storeOf(t, TWO_BACKBONES, ({ model, vghif, seed }) => {
        const gain = model === "clip" ? clip : xclip;
        return 100 + seed + (vghif ? gain + (seed % 2 ? 1 : -1) * (gain === 0 ? 3 : 1) : 0);
      }),
    ).verdict;
  const both = gains(40, 30);
  assert.equal(both.finding, "supported");
  assert.deepEqual(both.cells, { better: 4, worse: 0, undecided: 0, "not run": 0 });
  assert.match(both.line, /support it: 2 comparisons: 2 better, 0 worse, 0 undecided; mean difference \+17\.6 points/);
  const one = gains(40, 0);
  assert.deepEqual(
    [one.finding, ...one.comparisons.map(({ finding }) => finding)],
    ["undecided", "supported", "undecided"],
  );
  const against = gains(40, -30);
  assert.deepEqual(
    [against.finding, ...against.comparisons.map(({ finding }) => finding)],
    ["contradicted", "supported", "contradicted"],
  );
  assert.deepEqual(
    against.comparisons.map(({ baseline, treatment, verdict }) => [baseline, treatment, verdict]),
    [
      ["clip", "clip+vghif", "better"],
      ["xclip", "xclip+vghif", "worse"],
    ],
  );
  assert.match(
    against.comparisons[1]!.line,
    /^X-CLIP \+ VgHIF against X-CLIP: worse: −15\.1 points \(95 % interval −[\d.]+ to −[\d.]+, Holm p < 0\.001; 4 seeds\)\.$/,
  );
});

test("p-values are corrected over the table's cells, and a cell needs both its p-value and its interval", (t) => {
  // K = 2: 30 or 31 videos more; K = 4, CLIP alone: 7 lost and 9, 9, 9, 10 won, steady over seeds but within the chance of videos
  const store = storeOf(t, TWO_BACKBONES, ({ model, vghif, seed, shots }) => {
    if (model === "xclip" && shots === 4) return null;
    if (!vghif) return 60;
    return shots === 2 ? 90 + (seed % 2) : { count: seed === 3 ? 63 : 62, from: 7 };
  });
  const { groups } = readTable(TWO_BACKBONES, "smoke", store);
  const cells = groups[0]!.comparisons.flatMap((comparison) => comparison.cells);
  assert.deepEqual(
    cells.map(({ pHolm }) => pHolm),
    holm(cells.map(({ difference }) => difference?.p ?? null)),
  );
  assert.deepEqual(
    cells.map(({ verdict, difference }) => [verdict, difference?.method ?? null]),
    [
      ["better", "seeds and videos"],
      ["undecided", "seeds and videos"],
      ["better", "seeds and videos"],
      ["not run", null],
    ],
  );
  const [, steady] = cells;
  assert.ok(steady!.pHolm! < 0.01 && steady!.difference!.interval![0] < 0, JSON.stringify(steady));
  assert.deepEqual(cells[1]!.seeds, [0, 1, 2, 3]);
});

test("an ablation: a verdict a variant, and its difference to the default, in a line beside its number", async (t) => {
  const right: Readonly<Record<string, number>> = { cls: 90, patch: 60, "cls+patch": 120 };
  const store = storeOf(t, ablationTokens, ({ dataset, seed, vghif }) => {
    if (dataset !== "hmdb-like") return null;
    if (vghif === null) return 60 + (seed % 3);
    const number = right[vghif.select];
    return number === undefined ? null : number + (seed % 2);
  });
  const result = readTable(ablationTokens, "smoke", store);
  assert.deepEqual([result.kind, result.reference], ["ablation", "cls+patch"]);
  assert.deepEqual(
    result.verdict.comparisons.map(({ treatment, verdict }) => [treatment, verdict]),
    [
      ["cls", "better"],
      ["patch", "undecided"],
      ["cls+patch", "better"],
      ["all", "not run"],
    ],
  );
  assert.deepEqual(
    result.verdict.references.map(({ baseline, treatment, label }) => [baseline, treatment, label]),
    [
      ["cls+patch", "cls", "class tokens of the frames against the default"],
      ["cls+patch", "patch", "patches, mean over time against the default"],
      ["cls+patch", "all", "every token of every frame against the default"],
    ],
  );
  const lines = (await renderTable(result, "text")).split("\n");
  assert.match(lines[4]!, /^top-1 % +K = 8 +− CLIP +Holm p +verdict +− default +seeds × videos$/);
  const rows = lines.slice(6, 11);
  assert.match(rows[0]!, /^CLIP +30\.\d ± 0\.\d +5 × 199$/);
  assert.match(
    rows[1]!,
    /^class tokens of the frames +45\.\d ± 0\.\d +\+14\.\d \[\+\d.*\] +p [=<] 0\.\d+ +better +−15\.1 +5 × 199$/,
  );
  assert.match(rows[2]!, /^patches.* undecided +−30\.2 +5 × 199$/);
  assert.match(rows[3]!, /^both \(default\) .* better +5 × 199$/);
  assert.match(rows[4]!, /^every token of every frame +— +— +— +not run +— +—$/);
  const text = lines.join("\n");
  assert.match(text, /^class tokens of the frames against CLIP: better: /m);
  assert.match(text, /^“− default”: difference to “both \(default\)”, corrected apart/m);
  assert.match(text, /bootstrap, drawing seeds, and test videos, the same for both sides and all seeds\.$/m);
});

test("official splits are one group that says so; few-shot lists of the first split keep its name", async (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const full = readTable(table3, "paper", store);
  assert.deepEqual(
    full.groups.map(({ dataset, splits, columns }) => [dataset, splits, columns.length]),
    [
      ["hmdb51", [1, 2, 3], 1],
      ["ucf101", [1, 2, 3], 1],
    ],
  );
  const text = await renderTable(full, "text");
  assert.match(
    text,
    /^hmdb51, mean of official splits 1, 2, 3: not run · .*mean ± sd over the splits, one of seeds 0, 1, 2 each$/m,
  );
  const few = readTable(table4, "paper", store);
  assert.deepEqual(
    few.groups.map(({ dataset, splits }) => [dataset, splits]),
    [
      ["hmdb51-1", []],
      ["ucf101-1", []],
    ],
  );
});

test("LaTeX: a booktabs table a block, everything escaped", async (t) => {
  const store = storeOf(t, TWO_BACKBONES, ({ seed, vghif }) => 60 + seed * (vghif ? 3 : 1));
  const result = readTable({ ...TWO_BACKBONES, title: "50 % of A_B & {C} ~ \\d" }, "smoke", store);
  const latex = await renderTable(result, "latex");
  assert.match(
    latex,
    /^\\caption\{50 \\% of A\\_B \\& \\\{C\\\} \\textasciitilde\{\} \\textbackslash\{\}d\. hmdb-like: GENERATED/m,
  );
  assert.match(latex, /^\\begin\{tabular\}\{lrr\}\n\\toprule\ntop-1 \\% & K = 2 & K = 4 \\\\\n\\midrule$/m);
  assert.match(latex, /^CLIP & 30\.9 \$\\pm\$ 0\.6 & 30\.9 \$\\pm\$ 0\.6 \\\\$/m);
  assert.match(latex, /^\\quad \$-\$ CLIP & \+1\.5 \[/m);
  assert.match(latex, /^seeds \$\\times\$ videos & 4 \$\\times\$ 199 & 4 \$\\times\$ 199 \\\\\n\\bottomrule$/m);
  assert.doesNotMatch(latex.replace(/\\[%&_#$]|^% .*$/gm, ""), /[%#~^−×±—]/);
  assert.equal(latex.match(/\\begin\{/g)!.length, latex.match(/\\end\{/g)!.length);
});
