import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { FeatureCache } from "vghif/dist/features/cache.js";
import { extractFeatures } from "vghif/dist/features/extract.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { type LoadedBackbone, loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { makeTiny } from "../tiny-runs.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif extract "));
after(() => rmSync(folder, { recursive: true }));
let loaded: LoadedBackbone;
before(async () => {
  loaded = await loadBackbone((await makeTiny(folder)).weights);
});
after(() => disposeParams(loaded.params));

test("two that want the same videos at the same time share the work and get the same", async (t) => {
  const dataset = findDataset("tiny");
  const samples = ["train", "val", "test"].flatMap((split) => dataset.splits[split as "train"] ?? []);
  assert.equal(samples.length, 24);
  const broken = { path: "train/absent.mp4", label: 0, group: "" };
  const wanted = [...samples.slice(0, 5), broken, ...samples.slice(5)];
  const writes = t.mock.method(FeatureCache.prototype, "write");
  const tower = { backbone: loaded.backbone, params: loaded.params, hash: "test" };
  const both = [0, 1].map(() => extractFeatures({ ...tower }, datasetRoot(dataset), wanted, { frames: 3 }));
  const [one, two] = await Promise.all(both);
  const made = writes.mock.callCount();
  assert.ok(made >= 24 && made < 40, `${made} videos were encoded for 24, 48 without sharing`);
  const again = await extractFeatures(tower, datasetRoot(dataset), wanted, { frames: 3 });
  assert.equal(writes.mock.callCount(), made, "all are in the cache");
  for (const { features, skipped } of [one!, two!, again]) {
    assert.deepEqual(
      skipped.map((video) => video.path),
      [broken.path],
    );
    assert.deepEqual([...features.paths()].sort(), samples.map((sample) => sample.path).sort());
    for (const { path: name } of samples)
      assert.deepEqual(await features.read(name), await again.features.read(name), name);
  }
});
