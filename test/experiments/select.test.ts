import assert from "node:assert/strict";
import { test } from "node:test";
import { ablationTokens } from "vghif/dist/experiments/declared/ablation-tokens.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { runId } from "vghif/dist/experiments/id.js";
import { selectTable } from "vghif/dist/experiments/select.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";

test("a selection is a part: the same runs, fewer of them", () => {
  const part = selectTable(table4, { datasets: ["ucf101"], backbones: ["xclip", "clip"], shots: [2, 16] });
  assert.deepEqual(Object.keys(part.rows), ["clip", "clip+vghif", "xclip", "xclip+vghif"]);
  assert.deepEqual(Object.keys(part.columns), ["ucf101-k2", "ucf101-k16"]);
  assert.deepEqual(
    part.comparisons.map(({ treatment }) => treatment),
    ["clip+vghif", "xclip+vghif"],
  );
  const all = new Set(tableSpecs(table4, "smoke").map(runId));
  const chosen = tableSpecs(part, "smoke").map(runId);
  assert.equal(chosen.length, 40);
  assert.ok(chosen.every((id) => all.has(id)));
  assert.deepEqual(tableSpecs(selectTable(table4, {}), "smoke"), tableSpecs(table4, "smoke"));
});

test("an ablation keeps its rows; what is not there is named", () => {
  const part = selectTable(ablationTokens, { datasets: ["hmdb51"], backbones: ["clip"] });
  assert.equal(Object.keys(part.rows).length, 5);
  assert.deepEqual(Object.keys(part.columns), ["hmdb51-k8"]);
  assert.throws(
    () => selectTable(table4, { datasets: ["hmdb"] }),
    /table-4 has no dataset "hmdb"; it has hmdb51, ucf101$/,
  );
  assert.throws(
    () => selectTable(table4, { backbones: ["siglip"] }),
    /no backbone "siglip"; it has clip, xclip, vificlip$/,
  );
  assert.throws(() => selectTable(table4, { shots: [3] }), /no shots "3"; it has 2, 4, 8, 16$/);
});
