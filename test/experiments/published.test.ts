import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import Papa from "papaparse";
import { table1 } from "vghif/dist/experiments/declared/table-1.js";
import { table2 } from "vghif/dist/experiments/declared/table-2.js";
import { table5 } from "vghif/dist/experiments/declared/table-5.js";
import { publishedFewShot, publishedFull, publishedStateOfTheArt } from "vghif/dist/experiments/published.js";
import { publishedBlocks } from "vghif/dist/experiments/published-blocks.js";
import { openStore } from "vghif/dist/experiments/store.js";
import type { Table } from "vghif/dist/experiments/table.js";
import { readTable } from "vghif/dist/experiments/table-result.js";
import { absent, PROJECT_ROOT, sharedDir } from "../shared.js";
import { temporaryFolder } from "./example-runs.js";

type Line = Readonly<Record<string, string>>;

function lines(file: string): readonly Line[] {
  const { data } = Papa.parse<Line>(readFileSync(file, "utf8"), { header: true, skipEmptyLines: true });
  return data;
}

test("every published number is in the reference list: dataset, shots, backbone, frames, views, value and source", (t) => {
  const reference = sharedDir("reference-results/published-accuracy.csv");
  if (reference === null) {
    t.skip(absent("reference-results/published-accuracy.csv"));
    return;
  }
  const plain = (text: string): string =>
    text
      .replace(/\(stored.*|\(index id.*/, "")
      .replace(/[^a-z0-9]/gi, "")
      .toLowerCase();
  const keyOf = (line: Line, top1: string, source: string): string =>
    [line.dataset!.toLowerCase(), line.shots, line.backbone, line.frames, line.views, Number(top1), plain(source)].join(
      "|",
    );
  const known = new Set(
    lines(reference)
      .filter(({ metric }) => metric === "top1")
      .map((line) => keyOf(line, line.value!, line.source!)),
  );
  for (const file of ["few-shot.csv", "full.csv"]) {
    for (const line of lines(path.join(PROJECT_ROOT, "lib", "assets", "published", file))) {
      const key = keyOf(line, line.top1!, line.source!);
      assert.ok(known.has(key), `${file}: ${line.method}: ${key}`);
    }
  }
});

test("hazards are said in the rows they touch", () => {
  const noteOf = (method: string, value: number): string =>
    [...publishedFewShot(), ...publishedStateOfTheArt()].find(
      (row) => row.method === method && Object.values(row.values).includes(value),
    )!.note;
  assert.match(noteOf("X-CLIP", 53), /prints TimeSformer's numbers .* as X-CLIP's/);
  assert.match(noteOf("ActionCLIP (as in MAXI)", 47.5), /suspect: UCF101 jumps from 73\.0 to 91\.4/);
  assert.match(noteOf("CLIP, zero-shot (as in MoTE)", 47.2), /zero-shot baselines differ/);
  assert.match(noteOf("CLIP-B/16 (as in MHoS-Adapter)", 46.3), /CLIP baselines differ/);
  for (const [method, value] of [
    ["CLIP image-FT", 82.8],
    ["Baseline fine-tuned CLIP", 79.9],
  ] as const) {
    assert.match(noteOf(method, value), /baselines differ between papers \(79\.9 to 82\.8\)/);
  }
  assert.match(noteOf("M2-CLIP", 83.4), /conflicts with MHoS-Adapter's README \(82\.6\)/);
  assert.match(noteOf("M2-CLIP", 82.6), /CONFLICTS with SFAR Table 1 \(83\.4\)/i);
  assert.match(noteOf("BIKE", 83.9), /conflicts with BIKE's own README/);
});

test("tables 1 to 3 show towers of ViT-B, table 5 all: one block a dataset, from the best to the worst", async (t) => {
  const blocksOf = (table: Table) =>
    publishedBlocks(readTable(table, "smoke", openStore(path.join(temporaryFolder(t), "records"))));
  assert.ok(publishedFull().every(({ backbone }) => backbone.startsWith("ViT-B")));
  const [kinetics, ...none] = await blocksOf(table1);
  assert.equal(none.length, 0);
  assert.deepEqual(kinetics!.frame.columns, [
    "published by others",
    "backbone",
    "frames",
    "views",
    "top-1 %",
    "source",
  ]);
  assert.deepEqual(await blocksOf(table2), [], "nothing of ViT-B was published on Mini-Kinetics-200");
  const blocks = await blocksOf(table5);
  assert.deepEqual(
    blocks.map(({ caption }) => /real ([\w-]+),/.exec(caption)![1]),
    ["kinetics-400", "mini-kinetics-200", "hmdb51", "ucf101"],
  );
  for (const { frame } of blocks) {
    const values = frame.column("top-1 %").values.map(Number);
    assert.deepEqual(
      values,
      values.toSorted((a, b) => b - a),
    );
  }
  assert.ok(blocks[0]!.frame.values.length > kinetics!.frame.values.length);
});
