import assert from "node:assert/strict";
import { test } from "node:test";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { UserError } from "vghif/dist/errors.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";

const GOOD = tableSpecs(table4, "smoke")[1]!;

test("every spec of table-4 passes unchanged, at both scales", () => {
  for (const spec of [...tableSpecs(table4, "smoke"), ...tableSpecs(table4, "paper")]) {
    assert.deepEqual(parseSpec(JSON.parse(JSON.stringify(spec)), "a.json"), spec);
  }
});

test("an error names file, field, what was expected and what was received", () => {
  rejects({ ...GOOD, frames: "8" }, /^a\.json is not a run's spec: field "frames": expected number, received "8"$/);
  rejects({ ...GOOD, frames: 2.5 }, /field "frames": expected int, received 2.5$/);
  rejects({ ...GOOD, seed: -1 }, /field "seed": .*>=0, received -1$/);
  rejects(
    { ...GOOD, task: "fewshot" },
    /field "task": expected one of "zero-shot"\|"few-shot"\|"full", received "fewshot"$/,
  );
  rejects({ ...GOOD, vghif: { ...GOOD.vghif, heads: 0 } }, /field "vghif\.heads": .*received 0$/);
  rejects(
    { ...GOOD, train: { ...GOOD.train, lr: undefined } },
    /field "train\.lr": expected number, received nothing$/,
  );
  rejects({ ...GOOD, template: "a photo" }, /field "template": .*"\{\}".*received "a photo"$/);
  rejects({ ...GOOD, sed: 1 }, /the value has unknown "sed"$/);
  rejects([GOOD], /the value: expected object, received an array$/);
  rejects(null, /the value: expected object, received null$/);
});

test("a precision is 16 bits or absent, which is float32: one spelling a run", () => {
  const half = { ...GOOD, train: { ...GOOD.train!, precision: "float16" as const } };
  assert.deepEqual(parseSpec(half, "a.json"), half);
  assert.notEqual(runId(half), runId(GOOD));
  assert.equal(runId(parseSpec(JSON.parse(JSON.stringify(GOOD)), "a.json")), runId(GOOD));
  const said = /field "train\.precision": expected one of "float16"\|"bfloat16", received "float32"$/;
  rejects({ ...GOOD, train: { ...GOOD.train, precision: "float32" } }, said);
});

test("options for less memory are part of a run, and absent ones leave its id alone", () => {
  const sparing = { ...GOOD, train: { ...GOOD.train!, microBatch: 2, remat: true as const } };
  assert.deepEqual(parseSpec(sparing, "a.json"), sparing);
  assert.notEqual(runId(sparing), runId(GOOD));
  rejects({ ...GOOD, train: { ...GOOD.train, microBatch: 0 } }, /field "train\.microBatch"/);
  rejects({ ...GOOD, train: { ...GOOD.train, remat: false } }, /field "train\.remat"/);
});

test("what varies training clips is part of a run, field by field, and absent ones leave its id alone", () => {
  const mixing = { mixup: 0.8, cutmix: 1, cutmixChance: 0.5, group: 4 };
  const varied = {
    ...GOOD,
    train: { ...GOOD.train!, sampling: "segments" as const, augment: OFFICIAL_AUGMENTATION, mixing },
  };
  assert.deepEqual(parseSpec(JSON.parse(JSON.stringify(varied)), "a.json"), varied);
  assert.notEqual(runId(varied), runId(GOOD));
  const wrong = (train: object, message: RegExp): void =>
    rejects({ ...GOOD, train: { ...GOOD.train, ...train } }, message);
  wrong({ sampling: "centres" }, /field "train\.sampling": expected "segments", received "centres"$/);
  wrong({ augment: { flip: 1.5 } }, /field "train\.augment\.flip": .*<=1, received 1\.5$/);
  wrong({ augment: { grey: 0.2 } }, /field "train\.augment" has unknown "grey"$/);
  const crop = { ...OFFICIAL_AUGMENTATION.crop, scales: [1.2] };
  wrong({ augment: { crop } }, /field "train\.augment\.crop\.scales\.0": .*<=1, received 1\.2$/);
  wrong({ mixing: { ...mixing, group: 0 } }, /field "train\.mixing\.group": .*received 0$/);
  wrong({ mixing: { mixup: 0.8 } }, /field "train\.mixing\.cutmix": expected number, received nothing/);
});

test("views are part of a run, absent ones leave its id alone, and what means the same is spelt the same", () => {
  const views = (clips: number, crops: unknown, rule: string) => ({ ...GOOD, views: { clips, crops, rule } });
  const seen = [views(4, 3, "random"), views(4, 3, "fixed"), views(4, 1, "random"), views(1, 3, "fixed")];
  const ids = seen.map((spec) => runId(parseSpec(spec, "a.json")));
  assert.equal(new Set([...ids, runId(GOOD)]).size, 5);
  rejects(views(1, 1, "fixed"), /field "views" must be left out where it is 1 clip x 1 crop, the default$/);
  rejects(views(1, 3, "random"), /field "views\.rule" must be "fixed" where "clips" is 1.*received "random"$/);
  rejects(views(0, 3, "fixed"), /field "views\.clips".*received 0$/);
  rejects(views(4, 2, "fixed"), /field "views\.crops": .*received 2$/);
  rejects(views(4, 3, "centre"), /field "views\.rule": expected one of "random"\|"fixed", received "centre"$/);
});

test("many wrong fields give one line: three of them, and how many more", () => {
  rejects({}, /field "scale".*; field "task".*; field "dataset".*; and 9 more$/);
});

test("fields that contradict each other are refused", () => {
  rejects(
    { ...GOOD, shots: null },
    /field "shots" must be a number of videos a class where "task" is "few-shot", received null$/,
  );
  rejects({ ...GOOD, task: "full" }, /field "shots" must be null where "task" is "full", received 2$/);
  rejects({ ...GOOD, train: null }, /field "train" must be an object where "task" is "few-shot", received null$/);
  rejects({ ...GOOD, task: "zero-shot", shots: null }, /field "train" must be null where "task" is "zero-shot"/);
});

function rejects(value: unknown, message: RegExp): void {
  assert.throws(
    () => parseSpec(value, "a.json"),
    (error) => {
      assert.ok(error instanceof UserError);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}
