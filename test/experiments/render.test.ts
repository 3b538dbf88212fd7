import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import Papa from "papaparse";
import { figureShots } from "vghif/dist/experiments/figure-shots.js";
import { cellFrame } from "vghif/dist/experiments/frames.js";
import { renderTable } from "vghif/dist/experiments/render.js";
import { figureSvg } from "vghif/dist/experiments/svg.js";
import { readTable, type TableResult } from "vghif/dist/experiments/table-result.js";
import { EXAMPLE_TABLE, exampleStore } from "./example-runs.js";

/** hmdb-like: 40 + K + seed, VgHIF adds 1, 2, 3; ucf-like: K = 2 alone, baseline seed 0 alone, VgHIF none. */
function example(t: TestContext): TableResult {
  const store = exampleStore(t, ({ dataset, shots, seed, vghif }) => {
    if (dataset === "hmdb-like") return 40 + shots! + seed + (vghif ? 1 + seed : 0);
    return shots === 2 && seed === 0 && !vghif ? 70.25 : null;
  });
  return readTable(EXAMPLE_TABLE, "smoke", store);
}

test("as text: what stands behind every number is beside it, what was not run is a dash", async (t) => {
  const text = await renderTable(example(t), "text");
  const expected = `example: Example (scale smoke, 13 of 24 runs)

hmdb-like: GENERATED data, no real dataset · weights smoke-clip · 8 frames a video · scale smoke · top-1 %, mean ± sd over seeds 0, 1, 2

top-1 %                           K = 2                 K = 4
-------------------------------------------------------------
CLIP                         43.0 ± 1.0            45.0 ± 1.0
CLIP + VgHIF                 45.0 ± 2.0            47.0 ± 2.0
  − CLIP              +2.0 [+1.0, +3.0]     +2.0 [+1.0, +3.0]
  Holm p, verdict   p = 0.148 undecided   p = 0.148 undecided
seeds × videos                  3 × 127               3 × 127

ucf-like: GENERATED data, no real dataset · weights smoke-clip · 8 frames a video · scale smoke · top-1 %, mean ± sd over seeds 0, 1, 2

top-1 %                   K = 2     K = 4
-----------------------------------------
CLIP                       70.3         —
CLIP + VgHIF                  —         —
  − CLIP                      —         —
  Holm p, verdict       not run   not run
seeds × videos      1 × 127 / —         —

VERDICT: "VgHIF improves its baseline": these runs do not decide it: mean difference +2.0 points (95 % interval +1.0 to +3.0, p = 0.074; 3 seeds); cells: 0 better, 0 worse, 2 undecided, 2 not run.

p: paired t-test over seeds (same shots, order and initial weights on both sides), with Holm's correction over the 2 tested cells of this table. Better or worse: corrected p < 0.05 and an interval that leaves out 0.

95 % interval of a difference: percentiles of the bootstrap, drawing seeds alone, at levels widened for few seeds (the records do not hold the same scored videos on both sides).
`;
  assert.equal(text.slice(0, expected.length), expected);
  assert.match(text, /not comparable with any published number/);
});

test("as Markdown and HTML: the same cells, the verdict, and escaped text", async (t) => {
  const result = example(t);
  const markdown = await renderTable(result, "markdown");
  assert.match(markdown, /^\| CLIP \+ VgHIF \| 45\.0 ± 2\.0 \| 47\.0 ± 2\.0 \|$/m);
  const html = await renderTable({ ...result, title: 'a < b & "c"' }, "html");
  assert.match(html, /<h3>example: a &lt; b &amp; &quot;c&quot; /);
  assert.match(html, /<tr><th scope="row">CLIP \+ VgHIF<\/th><td>45\.0 ± 2\.0<\/td><td>47\.0 ± 2\.0<\/td><\/tr>/);
  assert.match(html, /<p class="caption">hmdb-like: GENERATED data/);
  assert.match(html, /<strong>VERDICT/);
});

test("as CSV: a line a cell with everything behind it, read back by another parser", async (t) => {
  const result = example(t);
  const { data } = Papa.parse<Record<string, string>>(await renderTable(result, "csv"), {
    header: true,
    skipEmptyLines: true,
  });
  assert.equal(data.length, 8);
  const twin = data.find(
    (line) => line.dataset === "hmdb-like" && line.model === "CLIP + VgHIF" && line.column === "K = 4",
  )!;
  const { table, scale, data: kind, weights, frames, top1, seeds, videos, difference, method, verdict } = twin;
  assert.deepEqual(
    [table, scale, kind, weights, frames, top1, seeds, videos, difference, method, verdict],
    ["example", "smoke", "generated", "smoke-clip", "8", "47", "0 1 2", "127", "2", "seeds", "undecided"],
  );
  assert.deepEqual([twin.differenceLow, twin.differenceHigh], ["1", "3"]);
  assert.equal(Number(twin.pHolm), 2 * Number(twin.p));
  assert.equal(twin.toReferenceVerdict, "");
  assert.equal(data.find((line) => line.dataset === "ucf-like" && line.column === "K = 4")!.top1, "");
});

test("as a DataFrame: what danfojs computes from it agrees", async (t) => {
  const frame = await cellFrame(example(t));
  const means = frame.groupby(["dataset", "model"]).col(["top1"]).mean();
  assert.deepEqual(means.values.slice(0, 2), [
    ["hmdb-like", "CLIP", 44],
    ["hmdb-like", "CLIP + VgHIF", 46],
  ]);
});

test("published rows are a table of their own, with sources, and only where there are some", async (t) => {
  const result = example(t);
  assert.doesNotMatch(await renderTable(result, "html"), /published by others/);
  const row = {
    method: "X",
    backbone: "B",
    frames: "",
    views: "1x1",
    values: { "hmdb51-k2": 53 },
    source: "S, T",
    note: "N",
  };
  const markdown = await renderTable({ ...result, published: [row] }, "markdown");
  assert.match(
    markdown,
    /Published on the real hmdb51, top-1 %, copied from the source named in each row: neither ours nor VgHIF's/,
  );
  assert.match(markdown, /^\| X \| B \| — \| 1x1 \| 53\.0 \| — \| S, T \(N\) \|$/m);
  assert.doesNotMatch(markdown, /real ucf101/);
});

test("figure-shots: one panel a dataset, one line a model, the band from the interval", (t) => {
  const { data, layout, alt } = figureShots(example(t));
  const named = data.map(({ name, mode, xaxis }) => `${name} ${mode} ${xaxis}`);
  assert.deepEqual(named, [
    "CLIP lines x",
    "CLIP lines+markers x",
    "CLIP + VgHIF lines x",
    "CLIP + VgHIF lines+markers x",
    "CLIP lines+markers x2",
    "CLIP + VgHIF lines+markers x2",
  ]);
  assert.deepEqual(data[3]!.x, [2, 4]);
  assert.deepEqual(data[3]!.y, [45, 47]);
  const half = 4.302653 / Math.sqrt(3); // of the baseline: sd 1, three seeds
  assert.deepEqual(data[0]!.x, [2, 4, 4, 2]);
  assert.deepEqual(
    data[0]!.y,
    [43 + half, 45 + half, 45 - half, 43 - half].map((y) => Number(y.toFixed(3))),
  );
  assert.deepEqual(
    data.filter(({ showlegend }) => showlegend).map(({ name }) => name),
    ["CLIP", "CLIP + VgHIF"],
  );
  assert.match(layout.annotations[0]!.text, /hmdb-like.*generated data, smoke-clip/);
  assert.match(alt, /hmdb-like, K = 2, K = 4: CLIP 43\.0, 45\.0; CLIP \+ VgHIF 45\.0, 47\.0/);
  assert.match(alt, /ucf-like.*CLIP 70\.3, not run; CLIP \+ VgHIF not run, not run/);
});

test("the same figure as SVG: plotly's own drawing, the same bytes every time, no browser", async (t) => {
  const figure = figureShots(example(t));
  const svg = await figureSvg(figure);
  assert.equal(await figureSvg(figure), svg);
  assert.equal((svg.match(/class="js-line"/g) ?? []).length, 7, "two bands, three lines, two in the legend");
  assert.equal((svg.match(/class="point"/g) ?? []).length, 5);
  for (const label of ["2", "4", "46", "CLIP + VgHIF", "K, training videos a class", "hmdb-like"]) {
    assert.ok(svg.includes(`>${label}<`), label);
  }
  assert.match(svg, /role="img" aria-label="Accuracy in percent over shots/);
  assert.doesNotMatch(svg, /-?\d\.\d{3,}|NaN|undefined/);
  assert.ok(svg.length < 40_000, `${svg.length} bytes`);
  const other = await figureSvg({ ...figure, data: figure.data.slice(0, 2) });
  assert.notEqual(
    /id="(defs-[^"]+)"/.exec(other)![1],
    /id="(defs-[^"]+)"/.exec(svg)![1],
    "two figures on a page share no ids",
  );
});
