import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import type { Sample } from "vghif/dist/data/types.js";
import { FeatureCache } from "vghif/dist/features/cache.js";
import type { Tower } from "vghif/dist/features/encode.js";
import { type Extracted, extractFeatures } from "vghif/dist/features/extract.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { type LoadedBackbone, loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { makeTiny } from "../tiny-runs.js";

const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif extract "));
after(() => fs.rmSync(folder, { recursive: true }));
let loaded: LoadedBackbone;
let root = "";
let samples: readonly Sample[] = [];
before(async () => {
  loaded = await loadBackbone((await makeTiny(folder)).weights);
  const dataset = findDataset("tiny");
  root = datasetRoot(dataset);
  samples = ["train", "val", "test"].flatMap((split) => dataset.splits[split as "train"] ?? []);
  assert.equal(samples.length, 24);
});
after(() => disposeParams(loaded.params));

function towerOf(hash: string): Tower {
  return { backbone: loaded.backbone, params: loaded.params, hash };
}

/** A copy of the videos, which a test may change. */
function copyOfVideos(name: string): string {
  const copy = path.join(folder, name);
  fs.cpSync(root, copy, { recursive: true });
  return copy;
}

async function values({ features }: Extracted, { path: name }: Sample): Promise<Float32Array> {
  return (await features.read(name)).get("cls")!.data as Float32Array;
}

test("two that want the same videos at the same time share the work and get the same", async (t) => {
  const broken = { path: "train/absent.mp4", label: 0, group: "" };
  const wanted = [...samples.slice(0, 5), broken, ...samples.slice(5)];
  const writes = t.mock.method(FeatureCache.prototype, "write");
  const both = [0, 1].map(() => extractFeatures(towerOf("test"), root, wanted, { frames: 3 }));
  const [one, two] = await Promise.all(both);
  const made = writes.mock.callCount();
  assert.equal(made, one!.made + two!.made);
  assert.ok(made >= 24 && made < 44, `${made} videos were encoded for 24, 48 without sharing`);
  const again = await extractFeatures(towerOf("test"), root, wanted, { frames: 3 });
  assert.equal(again.made, 0, "all are in the store");
  assert.ok(again.bytes > 24 * 1000 && again.bytes === one!.bytes);
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

test("a video in another's place has the features of what it is, also where it comes while the work is under way", async (t) => {
  const [a, b, c] = samples as [Sample, Sample, Sample];
  const own = copyOfVideos("replaced");
  const file = ({ path: name }: Sample): string => path.join(own, name);
  const first = await extractFeatures(towerOf("replaced"), own, [a, b, c], { frames: 3 });
  const [ofA, ofB] = [await values(first, a), await values(first, b)];
  assert.notDeepEqual(ofA, ofB);
  const { atime, mtime } = fs.statSync(file(a));
  fs.copyFileSync(file(b), file(a));
  fs.utimesSync(file(a), atime, mtime);
  const second = await extractFeatures(towerOf("replaced"), own, [a, b], { frames: 3 });
  assert.equal(second.made, 0, "this content is known");
  assert.deepEqual(await values(second, a), ofB);

  // A tower that nobody has used: c is looked for twice, when its turn comes it becomes a's first content.
  let looked = 0;
  const has = FeatureCache.prototype.has;
  t.mock.method(FeatureCache.prototype, "has", function (this: FeatureCache, content: string) {
    if (++looked === 2) fs.copyFileSync(path.join(root, a.path), file(c));
    return has.call(this, content);
  });
  const third = await extractFeatures(towerOf("replaced meanwhile"), own, [c], { frames: 3 });
  assert.equal(third.made, 2, "what was decoded is not what was hashed");
  assert.deepEqual(await values(third, c), ofA);
  fs.copyFileSync(path.join(root, c.path), file(c));
  const fourth = await extractFeatures(towerOf("replaced meanwhile"), own, [c], { frames: 3 });
  assert.equal(fourth.made, 1, "nothing was kept under the content that c had at first");
  assert.deepEqual(await values(fourth, c), await values(first, c));
});

test("halves are kept apart from floats; what is damaged after it was found is made again", async () => {
  const some = samples.slice(0, 3);
  const floats = await extractFeatures(towerOf("test"), root, some, { frames: 3 });
  const halves = await extractFeatures(towerOf("test"), root, some, { frames: 3, half: true });
  assert.equal(halves.made, 3);
  assert.notEqual(halves.folder, floats.folder);
  assert.ok(halves.bytes < 0.7 * floats.bytes, `${halves.bytes} of ${floats.bytes} bytes`);
  for (const name of fs.readdirSync(halves.folder).filter((one) => one.endsWith(".data"))) {
    const data = fs.readFileSync(path.join(halves.folder, name));
    fs.writeFileSync(path.join(halves.folder, name), data.fill(7, data.length / 4));
  }
  for (const sample of some) {
    const [half, float] = [await values(halves, sample), await values(floats, sample)];
    for (const [at, value] of float.entries())
      assert.ok(Math.abs(half[at]! - value) <= 2 ** -11 * Math.abs(value) + 2 ** -25);
  }
  const after = await extractFeatures(towerOf("test"), root, some, { frames: 3, half: true });
  assert.equal(after.made, 0);
  fs.rmSync(halves.folder, { recursive: true });
  assert.deepEqual(await values(after, some[1]!), await values(halves, some[1]!));
});

test("a full disk is one line; what was made is kept, and the next run goes on", async (t) => {
  const disk = path.join(folder, "small disk");
  const cache = process.env.VGHIF_CACHE;
  const whole = await extractFeatures(towerOf("test"), root, samples, { frames: 3 });
  const each = Math.ceil(whole.bytes / samples.length / 4096) * 4096;
  const mounted = mount(disk, 6 * each + 40_000);
  if (mounted !== null) return t.skip(mounted);
  t.after(() => {
    process.env.VGHIF_CACHE = cache;
    execFileSync("umount", ["-l", disk]);
  });
  process.env.VGHIF_CACHE = disk;
  await assert.rejects(extractFeatures(towerOf("full"), root, samples, { frames: 3 }), (error: Error) => {
    assert.equal(error.name, "UserError");
    assert.match(
      error.message,
      /^no room for features in .*small disk.*: about [\d.]+ MB are still to be written and [\d.]+ MB are free there: make [\d.]+ MB of room or set VGHIF_CACHE to .*; what was written is kept, run the same again to go on$/,
    );
    return true;
  });
  mount(disk, 100 * each, "remount,");
  const rest = await extractFeatures(towerOf("full"), root, samples, { frames: 3 });
  assert.equal(rest.features.size, 24);
  assert.ok(rest.made > 12 && rest.made < 24, `${rest.made} were left`);
  for (const sample of samples) assert.deepEqual(await values(rest, sample), await values(whole, sample));
});

/** A file system in memory; returns why there is none. */
function mount(where: string, bytes: number, options = ""): string | null {
  fs.mkdirSync(where, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `${options}size=${Math.ceil(bytes / 4096) * 4096}`, "tmpfs", where], {
      stdio: "pipe",
    });
    return null;
  } catch (error) {
    return `SKIPPED: a small disk cannot be mounted here (it takes root): ${(error as Error).message.split("\n")[0]}`;
  }
}
