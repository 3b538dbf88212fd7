/** The report's page as text: it holds everything and fetches nothing. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ablationCost } from "vghif/dist/experiments/cost/declared.js";
import { COST } from "vghif/dist/experiments/cost/record.js";
import { costId } from "vghif/dist/experiments/cost/spec.js";
import { runId } from "vghif/dist/experiments/id.js";
import type { ExplorerData } from "vghif/dist/experiments/report/explorer-data.js";
import type { runData } from "vghif/dist/experiments/report/run-data.js";
import { writeReport } from "vghif/dist/experiments/report/write.js";
import { writeSide } from "vghif/dist/experiments/side-record.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { temporaryFolder } from "../experiments/example-runs.js";
import { exampleReport, FEW_SHOT, TABLES } from "./example-report.js";

function jsonIn(page: string, id: string): unknown {
  const text = new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`, "s").exec(page)?.[1];
  assert.ok(text, id);
  return JSON.parse(text);
}

test("the page holds everything: tables, static plot, pictures, runs with their specs; and fetches nothing", async (t) => {
  const { file, store, mapped } = await exampleReport(temporaryFolder(t));
  const page = readFileSync(file, "utf8");
  assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(page, /<(script|link|img|iframe)[^>]+(src|href)="(?!data:|#)/);
  assert.match(page, /<svg[^>]*role="img" aria-label="Accuracy in percent/);
  assert.match(page, /<section id="example" class="/);
  assert.match(page, /<img alt="a drawing of mine" src="data:image\/svg\+xml;base64,/);
  assert.match(page, /GENERATED data, no real dataset/);
  assert.deepEqual(
    [...page.matchAll(/<li><a href="#([^"]+)"/g)].map((found) => found[1]),
    ["example", "ablation-tokens", "explorer-section", "maps", "pictures", "runs"],
  );
  const data = jsonIn(page, "run-data") as ReturnType<typeof runData>;
  assert.equal(data.runs.length, 36 + 40 + 1);
  for (const { id, spec, seed, weights, manifest } of data.runs) {
    assert.equal(runId({ ...data.specs[spec]!, seed }), id, "a run's id is its spec's");
    const { hashes } = store.read(id);
    assert.deepEqual([data.hashes[weights], data.hashes[manifest]], [hashes.weights, hashes.manifest]);
  }
  const videos = (jsonIn(page, "grounding-data") as { videos: readonly { run: number; title: string }[] }).videos;
  assert.equal(data.runs[videos[0]!.run]!.id, runId(mapped));
  assert.match(videos[0]!.title, /hmdb-like, “waving”, CLIP \+ VgHIF, K = 8, default options/);
  assert.ok(page.length < 6_000_000, `${page.length} characters`);
});

test("a record of other data is not among the explorer's; maps without a record of theirs are not shown", async (t) => {
  const { file, store, mapped } = await exampleReport(temporaryFolder(t));
  const other = { ...mapped, vghif: { ...mapped.vghif!, heads: 1 } };
  store.write({
    ...store.read(runId(mapped)),
    id: runId(other),
    spec: other,
    hashes: { weights: "w", manifest: "m" },
  });
  const maps = path.join(path.dirname(file), "maps", "of-another-run-0123456789ab.json");
  const own = path.join(path.dirname(file), "maps", `made-up-run-${runId(mapped).slice(0, 12)}.json`);
  writeFileSync(maps, readFileSync(own, "utf8").replaceAll(runId(mapped), "0".repeat(64)));
  const page = readFileSync(await writeReport(TABLES, "smoke", store, path.dirname(file)), "utf8");
  assert.equal((jsonIn(page, "run-data") as ReturnType<typeof runData>).runs.length, 77);
  assert.equal((jsonIn(page, "grounding-data") as { videos: unknown[] }).videos.length, 1);
  writeFileSync(maps, "{}");
  await assert.rejects(writeReport([FEW_SHOT], "smoke", store, path.dirname(file)), /does not hold grounding maps/);
});

test("without any record the page says so, at either scale", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStore(path.join(folder, "records"));
  for (const scale of ["smoke", "paper"] as const) {
    const page = readFileSync(await writeReport(TABLES, scale, store, folder), "utf8");
    assert.match(page, /No run has a record yet/);
    assert.match(page, /<section id="example" class="not-run">/);
    const { settings, options } = jsonIn(page, "explorer-data") as ExplorerData;
    assert.ok(
      settings.every(({ baseline, variants }) => baseline === null && variants.every(({ cell }) => cell === null)),
    );
    assert.equal(options[0]!.values.length, scale === "smoke" ? 4 : 12, "levels");
  }
});

test("costs that have a record are a section: what the twin costs stands in its own row", async (t) => {
  const folder = temporaryFolder(t);
  const store = openStore(path.join(folder, "records"));
  const spec = ablationCost.specs.find(({ timing }) => timing !== null)!;
  const of = (median: number) => ({ n: 7, median, interval: [median - 1, median + 1] as const });
  writeSide(store, COST, {
    id: costId(spec),
    spec,
    counts: {
      baseline: { parameters: 2_000_000, multiplyAccumulates: 500_000_000 },
      vghif: { parameters: 2_100_000, multiplyAccumulates: 515_000_000 },
    },
    measured: {
      backend: "cpu",
      device: "test",
      threads: 2,
      milliseconds: { baseline: of(11), vghif: of(13) },
      slowdown: of(17),
      peakRssMb: { baseline: of(100), vghif: of(119) },
    },
    package: "vghif 0.0.0",
    node: "v20.0.0",
    finished: "2026-01-01T00:00:00.000Z",
  });
  const page = readFileSync(await writeReport([FEW_SHOT], "smoke", store, folder), "utf8");
  const section = /<section id="ablation-cost".*?<\/section>/s.exec(page)?.[0] ?? "";
  const row = /<tr data-model="clip"><th scope="row">CLIP \+ VgHIF.*?<\/tr>/s.exec(section)?.[0] ?? "";
  assert.deepEqual(
    [...row.matchAll(/<td data-sort="([^"]*)">(.*?)<\/td>/g)].map(([, sort, text]) => [sort, text]),
    [
      ["2.1", "2.10<small>+5.0 %</small>"],
      ["0.515", "0.515<small>+3.0 %</small>"],
      ["13", "13.0 (12.0 to 14.0)<small>+17.0 %</small><small>+16.0 to +18.0</small>"],
      ["119", "119<small>+19.0 %</small>"],
    ],
  );
  const without = await writeReport([FEW_SHOT], "smoke", store, folder, { cost: false, figures: [] });
  assert.doesNotMatch(readFileSync(without, "utf8"), /id="ablation-cost"/);
});
