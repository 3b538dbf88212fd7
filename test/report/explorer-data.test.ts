/** What the explorer knows: every choice of options by setting, with its numbers, whichever table or spec it was run by. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ablationTokens } from "vghif/dist/experiments/declared/ablation-tokens.js";
import { runId } from "vghif/dist/experiments/id.js";
import { explorerData } from "vghif/dist/experiments/report/explorer-data.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { temporaryFolder } from "../experiments/example-runs.js";
import { exampleReport, TABLES } from "./example-report.js";

test("settings, variants, their numbers and the tables that declare them", async (t) => {
  const { store, mapped } = await exampleReport(temporaryFolder(t));
  const records = store.list();
  const data = explorerData(TABLES, "smoke", records);
  assert.deepEqual(Object.keys(VGHIF_DEFAULTS).sort(), data.options.map(({ name }) => name).sort());
  assert.deepEqual(data.defaults, { ...VGHIF_DEFAULTS, levels: [1, 2, 3, 4] });
  assert.deepEqual(
    data.settings.map(({ label, variants }) => [label, variants.length]),
    [
      ["hmdb-like, K = 8, CLIP", 5],
      ["ucf-like, K = 8, CLIP", 4],
      ...["hmdb-like", "ucf-like"].flatMap((dataset) =>
        [2, 4].flatMap((shots) => ["CLIP", "X-CLIP"].map((model) => [`${dataset}, K = ${shots}, ${model}`, 1])),
      ),
    ],
  );
  const [setting] = data.settings;
  const variantOf = (change: object) => {
    const wanted = JSON.stringify({ ...data.defaults, ...change });
    return setting!.variants.find(({ config }) => JSON.stringify(data.configs[config]) === wanted)!;
  };
  const cls = variantOf({ select: "cls" });
  assert.deepEqual(cls.tables, ["ablation-tokens"]);
  assert.deepEqual(cls.cell?.seeds, [0, 1, 2, 3, 4]);
  assert.ok(Math.abs(cls.difference!.mean - 3.6) < 1e-9, "3 x 1, 1.1, 1.2, 1.3, 1.4");
  assert.equal(cls.difference!.verdict, "better");
  assert.equal(variantOf({ select: "patch" }).difference!.verdict, "worse");
  assert.deepEqual([cls.cell!.fusion, cls.cell!.total, cls.cell!.seconds], [3, 31, 5]);
  const ids = tableSpecs(ablationTokens, "smoke")
    .filter(({ vghif, dataset }) => vghif?.select === "cls" && dataset === "hmdb-like")
    .map(runId);
  assert.deepEqual(
    cls.cell!.runs.map((place) => records[place]!.id),
    ids,
  );
  const missing = variantOf({ select: "all" });
  assert.deepEqual([missing.cell, missing.difference, missing.tables], [null, null, ["ablation-tokens"]]);
  const own = variantOf({ heads: 2 });
  assert.deepEqual([own.tables, own.cell?.seeds, own.difference?.mean], [[], [0], 1]);
  assert.equal(runId({ ...setting!.spec, seed: 0, vghif: { ...VGHIF_DEFAULTS } }), runId(mapped), "a spec of the page");
});

test("settings that read the same are told apart by what differs", async (t) => {
  const { store, mapped } = await exampleReport(temporaryFolder(t));
  const record = store.read(runId(mapped));
  const spec = { ...mapped, train: { ...mapped.train!, epochs: 40 } };
  const data = explorerData(TABLES, "smoke", [record, { ...record, spec, id: runId(spec) }]);
  const labels = data.settings.map(({ label }) => label);
  assert.ok(labels.includes("hmdb-like, K = 8, CLIP"));
  assert.ok(labels.includes("hmdb-like, K = 8, CLIP (epochs 40)"), labels.join("; "));
});
