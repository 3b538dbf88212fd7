import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import { GENERATED, generatedDataset, type VideoPlan, videoPlans } from "vghif/dist/data/generated/datasets.js";
import { CLEAR, DIFFICULTY, type Difficulty } from "vghif/dist/data/generated/difficulty.js";
import { generatedManifest } from "vghif/dist/data/generated/generate.js";
import { makeScene, renderScene } from "vghif/dist/data/generated/scene.js";
import { readDataset } from "vghif/dist/data/manifest.js";
import { PROJECT_ROOT } from "../../shared.js";

for (const declared of GENERATED) {
  test(`${declared.name}: sizes, and nothing shared between splits`, () => {
    const plans = videoPlans(declared, 0);
    const classes = declared.classes.length;
    for (const split of ["train", "val", "test"] as const) {
      const perClass = new Array<number>(classes).fill(0);
      for (const plan of plans) if (plan.split === split) perClass[plan.label]! += 1;
      assert.deepEqual(perClass, new Array(classes).fill(declared.videos[split]));
    }
    assert.ok(declared.videos.train >= 16, "16 shots can be drawn");
    assert.equal(new Set(plans.map((plan) => plan.path)).size, plans.length);
    assert.equal(new Set(plans.map((plan) => plan.key)).size, plans.length);
    const splitOfGroup = new Map<string, string>();
    for (const { group, split, key } of plans) {
      assert.equal(splitOfGroup.get(group) ?? split, split);
      splitOfGroup.set(group, split);
      assert.ok(key.startsWith(`dataset/${declared.stream}/0/${group}`), key);
    }
    for (const plan of plans)
      assert.ok(plan.frames >= 12 && plan.frames / plan.fps >= 1 && plan.frames / plan.fps <= 2);
  });

  test(`${declared.name}: the shipped manifest is the declaration's`, () => {
    const folder = path.join(PROJECT_ROOT, "data-manifests", declared.name);
    const again = "make it again: vghif data new-generated all --manifests-only --root data-manifests";
    assert.deepEqual(readDataset(folder), { ...generatedManifest(declared, 0), folder }, again);
  });
}

test("another seed gives other videos under the same paths", () => {
  const declared = generatedDataset("hmdb-like");
  const [first, second] = [videoPlans(declared, 0), videoPlans(declared, 1)];
  assert.deepEqual(
    second.map((plan) => plan.path),
    first.map((plan) => plan.path),
  );
  assert.ok(first.every((plan, i) => plan.key !== second[i]?.key));
  assert.notDeepEqual(first[0]?.script, second[0]?.script);
});

test("mini-kinetics-like holds the very videos of kinetics-like", () => {
  const all = new Map(videoPlans(generatedDataset("kinetics-like"), 0).map((plan) => [plan.path, plan]));
  for (const plan of videoPlans(generatedDataset("mini-kinetics-like"), 0)) {
    assert.deepEqual({ ...plan, label: 0 }, { ...all.get(plan.path), label: 0 });
  }
});

test("an unknown name is refused with the known ones", () => {
  assert.throws(() => generatedDataset("ucf"), /no generated dataset "ucf"; there are ucf-like, hmdb-like/);
});

/** Of a class in ucf-like, the videos that keep its actor's kind: 0.8 of them, and a tenth of the others. */
test("ucf-like: attributes are off-style about as often as the difficulty says", () => {
  const declared = generatedDataset("ucf-like");
  const plans = [0, 1, 2].flatMap((seed) => videoPlans(declared, seed));
  const kept = plans.filter((plan) => plan.script.look.kind === declared.classes[plan.label]?.kind).length;
  assert.ok(Math.abs(kept / plans.length - (0.8 + 0.2 / 10)) < 0.05, `${kept / plans.length}`);
});

const GRID = { width: 28, height: 21 };
const FRAMES = 8;

/** Mean colour over all frames, three numbers. */
function meanColour(frames: readonly Uint8Array[]): number[] {
  return [0, 1, 2].map((channel) => {
    let sum = 0;
    for (const frame of frames) for (let i = channel; i < frame.length; i += 3) sum += frame[i]!;
    return sum / frames.length / GRID.width / GRID.height;
  });
}

/** Where something moves: differences from the median frame, pooled over 7 x 7 cells, left and right added, length 1. */
function trace(frames: readonly Uint8Array[]): number[] {
  const cells = new Array<number>(28).fill(0);
  for (let i = 0; i < GRID.width * GRID.height * 3; i++) {
    const values = frames.map((frame) => frame[i]!).sort((a, b) => a - b);
    const median = (values[FRAMES / 2 - 1]! + values[FRAMES / 2]!) / 2;
    const pixel = Math.floor(i / 3);
    const column = Math.floor((pixel % GRID.width) / 4);
    const row = Math.floor(Math.floor(pixel / GRID.width) / 3);
    for (const value of values) cells[row * 4 + Math.min(column, 6 - column)]! += Math.abs(value - median);
  }
  const length = Math.hypot(...cells) || 1;
  return cells.map((value) => value / length);
}

/** Share of hmdb-like's test videos whose nearest class mean of a feature is their own class's, 0 to 1. */
function nearestMean(difficulty: Difficulty, feature: (frames: readonly Uint8Array[]) => number[]): number {
  const declared = generatedDataset("hmdb-like");
  const featureOf = (plan: VideoPlan): number[] => {
    const scene = makeScene(plan.script, difficulty, plan.key);
    return feature(Array.from({ length: FRAMES }, (_, f) => renderScene(scene, (f + 0.5) / FRAMES, GRID)));
  };
  const plans = videoPlans(declared, 0);
  const means = declared.classes.map((_, label) => {
    const features = plans.filter((plan) => plan.split === "train" && plan.label === label).map(featureOf);
    return features[0]!.map((_, i) => features.reduce((sum, one) => sum + one[i]!, 0) / features.length);
  });
  const tested = plans.filter((plan) => plan.split === "test");
  const right = tested.filter((plan) => {
    const own = featureOf(plan);
    const distances = means.map((mean) => mean.reduce((sum, value, i) => sum + (value - own[i]!) ** 2, 0));
    return distances.indexOf(Math.min(...distances)) === plan.label;
  });
  return right.length / tested.length;
}

test("hmdb-like: where things move tells the class, the colours do not", () => {
  const chance = 1 / 12;
  assert.ok(nearestMean(CLEAR, trace) > 5 * chance, "without nuisances");
  assert.ok(nearestMean(DIFFICULTY, trace) > 1.8 * chance, "with moderate ones");
  assert.ok(nearestMean(CLEAR, meanColour) < 2 * chance, "mean colour");
});
