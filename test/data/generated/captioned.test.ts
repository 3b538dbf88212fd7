import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { captionedFrame, HELD_OUT, meets } from "vghif/dist/data/generated/captioned.js";
import { CLASS_NAMES, namesAClass } from "vghif/dist/data/generated/captions.js";
import { GENERATED, videoPlans } from "vghif/dist/data/generated/datasets.js";

const MANY = Array.from({ length: 4000 }, (_, index) => captionedFrame(1, index, 3));

test("a frame depends on its seed and index alone", () => {
  const hash = (seed: number, index: number, size: number): string => {
    const { rgb, caption } = captionedFrame(seed, index, size);
    assert.equal(rgb.length, size * size * 3);
    return createHash("sha256").update(rgb).update(caption).digest("hex").slice(0, 16);
  };
  const first = hash(5, 17, 61);
  hash(5, 18, 61);
  assert.equal(hash(5, 17, 61), first);
  assert.notEqual(hash(5, 18, 61), first);
  assert.notEqual(hash(6, 17, 61), first);
});

test("the caption and the scene do not depend on the pixel size", () => {
  const small = captionedFrame(3, 29, 47);
  const large = captionedFrame(3, 29, 97);
  assert.equal(small.caption, large.caption);
  assert.deepEqual(small.meta, large.meta);
});

test("held out: no caption holds a class name", () => {
  assert.equal(CLASS_NAMES.length, new Set(CLASS_NAMES).size);
  assert.ok(CLASS_NAMES.includes("zigzagging through the air") && CLASS_NAMES.length >= 12 + 12 + 30);
  for (const name of CLASS_NAMES) assert.ok(namesAClass(`a picture of something ${name} in the snow`), name);
  for (const { caption } of MANY) {
    for (const name of CLASS_NAMES) assert.ok(!caption.includes(name), `"${caption}" holds "${name}"`);
  }
});

test("held out: no scene meets every condition of a class that asks for an actor or a place", () => {
  assert.deepEqual(
    HELD_OUT.filter((script) => script.kind === undefined && script.place === undefined),
    [],
  );
  for (const { meta } of MANY) {
    for (const wanted of HELD_OUT) assert.ok(!meets(meta.script, wanted), JSON.stringify(meta.script));
  }
});

test("held out: the stream's keys and the datasets' are disjoint by their first part", () => {
  for (const { meta } of MANY.slice(0, 50)) assert.match(meta.key, /^captioned\//);
  for (const dataset of GENERATED) {
    for (const plan of videoPlans(dataset, 1)) assert.match(plan.key, /^dataset\//);
  }
});

test("captions hold the words that class names are made of", () => {
  const heard = new Set(MANY.flatMap(({ caption }) => caption.split(" ")));
  const missing = [...new Set(CLASS_NAMES.flatMap((name) => name.split(" ")))].filter((word) => !heard.has(word));
  assert.deepEqual(missing, []);
});

test("captions vary, and are short", () => {
  const distinct = new Set(MANY.map(({ caption }) => caption));
  assert.ok(distinct.size > 0.7 * MANY.length, `${distinct.size} of ${MANY.length}`);
  for (const { caption } of MANY) assert.ok(caption.split(" ").length <= 22 && caption === caption.trim(), caption);
});
