/** The report's page as text: it holds everything and fetches nothing. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runId } from "vghif/dist/experiments/id.js";
import type { ExplorerData } from "vghif/dist/experiments/report/explorer-data.js";
import type { runData } from "vghif/dist/experiments/report/run-data.js";
import { writeReport } from "vghif/dist/experiments/report/write.js";
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
  assert.match(videos[0]!.title, /hmdb-like, “waving”, CLIP \+ VgHIF, K = 16, default options/);
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
