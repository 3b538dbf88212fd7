import assert from "node:assert/strict";
import { test } from "node:test";
import { drawShots } from "vghif/dist/data/few-shot.js";
import { random } from "vghif/dist/data/random.js";
import type { Sample } from "vghif/dist/data/types.js";

const CLASSES = ["run", "jump", "climb stairs"];

/** 17, 19 and 23 videos; those of `run` in 5 groups of very different sizes, those of `jump` in none. */
const SAMPLES: Sample[] = [17, 19, 23].flatMap((count, label) =>
  Array.from({ length: count }, (_, i) => {
    const group = label === 0 ? `run-${Math.min(4, i >> 1)}` : `climb-${i % 11}`;
    return { path: `${label}/${i}.mp4`, label, ...(label === 1 ? {} : { group }) };
  }),
);

test("every class gives as many videos as asked, each once, by label", () => {
  const drawn = drawShots(SAMPLES, CLASSES, 7, 1);
  assert.deepEqual(
    drawn.map((sample) => sample.label),
    [...Array(7).fill(0), ...Array(7).fill(1), ...Array(7).fill(2)],
  );
  assert.equal(new Set(drawn.map((sample) => sample.path)).size, 21);
});

test("a smaller draw is the start of a larger one, class by class", () => {
  const most = drawShots(SAMPLES, CLASSES, 16, 5);
  for (const shots of [1, 2, 4, 8]) {
    const nested = [0, 1, 2].flatMap((label) => most.filter((sample) => sample.label === label).slice(0, shots));
    assert.deepEqual(drawShots(SAMPLES, CLASSES, shots, 5), nested);
  }
});

test("the draw depends on the seed, not on the order of the list", () => {
  const drawn = drawShots(SAMPLES, CLASSES, 4, 2);
  assert.deepEqual(drawShots(random(9).shuffle(SAMPLES), CLASSES, 4, 2), drawn);
  assert.notDeepEqual(drawShots(SAMPLES, CLASSES, 4, 3), drawn);
});

test("a class takes from every group before it takes a second video of one", () => {
  for (let seed = 0; seed < 20; seed++) {
    const drawn = drawShots(SAMPLES, CLASSES, 11, seed);
    const groups = (label: number, count: number) =>
      new Set(
        drawn
          .filter((sample) => sample.label === label)
          .slice(0, count)
          .map((sample) => sample.group),
      ).size;
    assert.equal(groups(0, 5), 5);
    assert.equal(groups(2, 11), 11);
  }
});

test("every video is drawn about equally often", () => {
  const times = new Map<string, number>();
  for (let seed = 0; seed < 1900; seed++) {
    for (const sample of drawShots(SAMPLES, CLASSES, 4, seed)) {
      if (sample.label === 1) times.set(sample.path, (times.get(sample.path) ?? 0) + 1);
    }
  }
  assert.equal(times.size, 19);
  for (const [path, count] of times) assert.ok(Math.abs(count - 400) < 80, `${path} ${count}`);
});

test("too few videos: the class is named", () => {
  assert.throws(
    () => drawShots(SAMPLES, CLASSES, 18, 0),
    /class "run" has 17 training videos, fewer than the 18 shots/,
  );
  assert.throws(() => drawShots(SAMPLES.slice(0, 18), CLASSES, 1, 0), /class "climb stairs" has 0 training videos/);
  assert.throws(() => drawShots(SAMPLES, CLASSES, 0, 0), /shots must be a whole number of at least 1/);
});
