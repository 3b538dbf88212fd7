import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { generatedDataset, VIDEO_SIZE, videoPlans } from "vghif/dist/data/generated/datasets.js";
import { generateDataset, generateDatasets, generatedManifest } from "vghif/dist/data/generated/generate.js";
import { framesOf, generateVideo } from "vghif/dist/data/generated/generate-video.js";
import { readDataset } from "vghif/dist/data/manifest.js";
import { verifyDataset } from "vghif/dist/data/manifest-verify.js";
import { probeVideo, readFrames } from "vghif/dist/data/video/decode.js";

const temporary = (): string => mkdtempSync(path.join(tmpdir(), "vghif generated "));
const hashOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

test("a video decodes to what was drawn, and its bytes are always the same", async () => {
  const declared = generatedDataset("hmdb-like");
  const folder = temporary();
  for (const plan of videoPlans(declared, 0).slice(0, 2)) {
    await generateVideo(folder, plan, declared.difficulty);
    const file = path.join(folder, plan.path);
    const info = await probeVideo(file);
    assert.deepEqual([info.width, info.height, info.frames], [VIDEO_SIZE.width, VIDEO_SIZE.height, plan.frames]);
    assert.deepEqual([info.codec, Math.round(info.fps ?? 0)], [plan.codec, plan.fps]);

    const drawn = [...framesOf(plan, declared.difficulty)];
    const read = await readFrames(file, { indices: () => [0, 7] });
    const bytes = VIDEO_SIZE.width * VIDEO_SIZE.height * 3;
    for (const [at, index] of [0, 7].entries()) {
      let sum = 0;
      for (let i = 0; i < bytes; i++) sum += Math.abs(read.data[at * bytes + i]! - drawn[index]![i]!);
      assert.ok(sum / bytes < 20, `frame ${index} of ${plan.path} differs by ${sum / bytes} levels`);
    }

    const before = hashOf(file);
    rmSync(file);
    await generateVideo(folder, plan, declared.difficulty);
    assert.equal(hashOf(file), before);
  }
});

/** A small one, declared like the others. */
const SMALL = { ...generatedDataset("hmdb-like"), name: "small", videos: { train: 2, val: 1, test: 1 } };
const TOTAL = 12 * 4;

test("a whole dataset: manifest, videos, progress; what is there is kept, what is not is made", async () => {
  const folder = path.join(temporary(), "small");
  const seen: number[] = [];
  await generateDataset(SMALL, folder, { jobs: 2, onProgress: (done) => seen.push(done) });
  assert.deepEqual(
    seen,
    Array.from({ length: TOTAL + 1 }, (_, i) => i),
  );
  const dataset = readDataset(folder);
  const here = await verifyDataset(dataset, { root: folder });
  assert.deepEqual([here.videos, here.missing.length, here.empty.length], [TOTAL, 0, 0]);

  const [kept, lost, emptied] = [dataset.splits.train![0]!, dataset.splits.test![3]!, dataset.splits.val![0]!];
  const keptTime = statSync(path.join(folder, kept.path)).mtimeMs;
  const lostHash = hashOf(path.join(folder, lost.path));
  rmSync(path.join(folder, lost.path));
  writeFileSync(path.join(folder, emptied.path), "");
  const found = await verifyDataset(dataset, { root: folder });
  assert.deepEqual([found.missing, found.empty], [[lost.path], [emptied.path]]);

  const again: number[] = [];
  await generateDataset(SMALL, folder, { onProgress: (done) => again.push(done) });
  assert.deepEqual(again, [TOTAL - 2, TOTAL - 1, TOTAL]);
  assert.equal(hashOf(path.join(folder, lost.path)), lostHash);
  assert.equal(statSync(path.join(folder, kept.path)).mtimeMs, keptTime);
});

test("an abort leaves whole videos, no temporary file and no dataset; the next run goes on from there", async () => {
  const folder = temporary();
  const stop = new AbortController();
  const onProgress = (done: number): void => {
    if (done === 9) stop.abort(new Error("stopped"));
  };
  await assert.rejects(generateDataset(SMALL, folder, { jobs: 2, onProgress, signal: stop.signal }), /stopped/);
  assert.throws(() => readDataset(folder), /dataset\.json/);
  const files = readdirSync(folder, { recursive: true }).map(String);
  assert.deepEqual(
    files.filter((file) => file.endsWith(".tmp")),
    [],
  );
  const whole = videoPlans(SMALL, 0).filter((plan) => files.includes(path.normalize(plan.path)));
  assert.ok(whole.length >= 9 && whole.length < TOTAL, `${whole.length}`);
  for (const plan of whole) assert.equal((await probeVideo(path.join(folder, plan.path))).frames, plan.frames);

  const starts: number[] = [];
  await generateDataset(SMALL, folder, { onProgress: (done) => starts.push(done) });
  assert.equal(starts[0], whole.length);
});

test("another seed makes all videos again", async () => {
  const folder = temporary();
  const one = { ...SMALL, videos: { train: 1, val: 0, test: 0 } };
  const first = path.join(folder, videoPlans(one, 0)[0]!.path);
  await generateDataset(one, folder, { jobs: 1 });
  const before = hashOf(first);
  const starts: number[] = [];
  const dataset = await generateDataset(one, folder, { jobs: 1, seed: 1, onProgress: (done) => starts.push(done) });
  assert.equal(starts[0], 0);
  assert.notEqual(hashOf(first), before);
  assert.match(dataset.source, /--seed 1/);
});

test("verify --deep finds what does not decode", async () => {
  const folder = temporary();
  const declared = generatedDataset("ucf-like");
  const plans = videoPlans(declared, 0).slice(0, 3);
  for (const plan of plans.slice(0, 2)) await generateVideo(folder, plan, declared.difficulty);
  writeFileSync(path.join(folder, plans[2]!.path), "this is no video");
  const splits = { train: plans.map(({ path: file, label }) => ({ path: file, label })) };
  const dataset = { ...generatedManifest(declared, 0), splits };
  const found = await verifyDataset(dataset, { root: folder, deep: true });
  assert.deepEqual(
    found.broken.map((one) => one.path),
    [plans[2]!.path],
  );
  assert.equal(found.frames, plans[0]!.frames + plans[1]!.frames);
});

test("an unknown name is refused before anything is written", async () => {
  await assert.rejects(generateDatasets("imagenet", "/nowhere"), /no generated dataset "imagenet"; there are ucf-like/);
});
