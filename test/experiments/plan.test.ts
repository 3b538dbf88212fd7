import assert from "node:assert/strict";
import { test } from "node:test";
import { table1 } from "vghif/dist/experiments/declared/table-1.js";
import { table3 } from "vghif/dist/experiments/declared/table-3.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { planRuns } from "vghif/dist/experiments/plan/plan.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { CLIP_SIZES } from "vghif/dist/models/clip-config.js";
import { towerFlops } from "vghif/dist/models/flops.js";
import { EXAMPLE_TABLE, exampleStore, temporaryFolder } from "./example-runs.js";

test("the tower's operations, against X-CLIP's published 39 and 145 GFLOPs of 8 frames of B/32 and B/16 (multiplications, with its own modules)", () => {
  for (const [size, published] of [
    ["ViT-B/32", 39],
    ["ViT-B/16", 145],
  ] as const) {
    const multiplications = towerFlops(CLIP_SIZES[size], 8) / 2e9;
    assert.ok(multiplications > 0.85 * published && multiplications < published, `${size}: ${multiplications}`);
  }
});

test("a plan of paper runs: cost by hand, what is missing, nothing recorded", (t) => {
  const store = openStore(temporaryFolder(t));
  const plan = planRuns(tableSpecs(table1, "paper"), store, 50);
  assert.equal(plan.runs.length, 18);
  const [xclip] = plan.runs.filter(({ spec }) => spec.model === "xclip" && !spec.vghif);
  assert.deepEqual(xclip!.videos, { train: 240436, scored: 19796 });
  // X-CLIP: 30 epochs of 4 passes (blocks computed again) of the visual tower, and 4 x 3 views of what is scored; its text tower
  // is frozen, its videos have 8 frames
  const video = towerFlops(CLIP_SIZES["ViT-B/16"], 8) / 1e15;
  const expected = (4 * 30 * 240436 + 12 * 19796) * video;
  assert.ok(Math.abs(xclip!.petaflops! / expected - 1) < 1e-4, `${xclip!.petaflops} for ${expected}`);
  assert.equal(xclip!.gpuHours, xclip!.petaflops! / 0.05 / 3600);
  assert.equal(
    plan.missing.some((text) => text.includes("kinetics-400")),
    true,
  );
  assert.equal(
    plan.missing.some((text) => text.includes("clip-vit-b-16")),
    true,
  );
  assert.equal(plan.disk.videos["kinetics-400"], null);
});

test("few-shot runs and official splits are known; a run with a record costs nothing more", (t) => {
  const store = openStore(temporaryFolder(t));
  const few = planRuns(tableSpecs(table4, "paper"), store);
  assert.deepEqual(
    [...new Set(few.runs.map(({ videos }) => videos!.train))].sort((a, b) => a - b),
    [102, 202, 204, 404, 408, 808, 816, 1616],
  );
  const full = planRuns(tableSpecs(table3, "paper"), store);
  assert.deepEqual(
    [...new Set(full.runs.map(({ videos }) => videos!.train))].sort((a, b) => a - b),
    [3570, 9582],
  );
  const recorded = planRuns(
    tableSpecs(EXAMPLE_TABLE, "smoke"),
    exampleStore(t, () => 50),
  );
  assert.equal(
    recorded.runs.every((run) => run.recorded),
    true,
  );
  assert.deepEqual([recorded.gpuHours, recorded.missing], [0, []]);
});
