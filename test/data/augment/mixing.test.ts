import assert from "node:assert/strict";
import { test } from "node:test";
import { betaDraw, gammaDraw } from "vghif/dist/data/augment/beta.js";
import { cutmixBox, drawMixing, keptShare, type Mixing, mixInto } from "vghif/dist/data/augment/mixing.js";
import { softTarget } from "vghif/dist/data/augment/soft-targets.js";
import { random } from "vghif/dist/data/random.js";
import { counts, unfairness } from "./pictures.js";

const OFFICIAL = { mixup: 0.8, cutmix: 1, cutmixChance: 0.5, group: 4 };

function moments(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  return { mean, variance: values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length };
}

test("gamma and beta draws have their distribution's mean and variance; Beta(1, 1) is uniform", () => {
  const stream = random("beta");
  const total = 20000;
  for (const shape of [0.3, 0.8, 1, 2.5, 7]) {
    const { mean, variance } = moments(Array.from({ length: total }, () => gammaDraw(stream, shape)));
    assert.ok(Math.abs(mean - shape) < 4 * Math.sqrt(shape / total), `gamma ${shape}: mean ${mean}`);
    assert.ok(Math.abs(variance / shape - 1) < 0.15, `gamma ${shape}: variance ${variance}`);
  }
  for (const [a, b] of [
    [0.8, 0.8],
    [1, 1],
    [2, 5],
    [0.2, 0.2],
  ] as const) {
    const draws = Array.from({ length: total }, () => betaDraw(stream, a, b));
    assert.ok(draws.every((x) => x >= 0 && x <= 1));
    const { mean, variance } = moments(draws);
    const expected = (a * b) / ((a + b) ** 2 * (a + b + 1));
    assert.ok(Math.abs(mean - a / (a + b)) < 4 * Math.sqrt(expected / total), `beta ${a}, ${b}: mean ${mean}`);
    assert.ok(Math.abs(variance / expected - 1) < 0.05, `beta ${a}, ${b}: variance ${variance} for ${expected}`);
  }
  const uniform = Array.from({ length: total }, () => Math.floor(20 * betaDraw(stream, 1, 1)));
  assert.ok(unfairness(counts(uniform), 20) < 4);
  // Beta(0.8, 0.8) has the distribution function of 0.2: regularised incomplete beta, by numerical integration.
  const density = (x: number): number => (x * (1 - x)) ** -0.2;
  const integral = (to: number): number => {
    const steps = 200000;
    let sum = 0;
    for (let i = 0; i < steps; i++) sum += density(((i + 0.5) * to) / steps);
    return (sum * to) / steps;
  };
  const below = Array.from({ length: total }, () => betaDraw(stream, 0.8, 0.8)).filter((x) => x < 0.2).length / total;
  const expected = integral(0.2) / integral(1);
  assert.ok(
    Math.abs(below - expected) < 4 * Math.sqrt((expected * (1 - expected)) / total),
    `${below} for ${expected}`,
  );
});

test("the box by hand: even sides before the border cuts it; the share is what is really left", () => {
  // Half is kept: a side of 0.7071 * 32 = 22.6, cut to 22, 11 either way.
  assert.deepEqual(cutmixBox(32, 0.5, 16, 15), { left: 5, top: 4, width: 22, height: 22 });
  assert.deepEqual(cutmixBox(32, 0.5, 3, 31), { left: 0, top: 20, width: 14, height: 12 });
  assert.equal(keptShare(32, { left: 0, top: 20, width: 14, height: 12 }), 1 - 168 / 1024);
  assert.deepEqual(cutmixBox(32, 1, 7, 9), { left: 7, top: 9, width: 0, height: 0 });
  assert.deepEqual(cutmixBox(32, 0, 16, 16), { left: 0, top: 0, width: 32, height: 32 });
  // A side of 0.1 * 37 = 3.7, cut to 3: one pixel either way.
  assert.deepEqual(cutmixBox(37, 0.99, 10, 11), { left: 9, top: 10, width: 2, height: 2 });
});

test("draws: cutmix in half of the groups; partners are permutations, all equally often; box areas match shares", () => {
  const side = 32;
  const draws = Array.from({ length: 6000 }, (_, at) => drawMixing(random(`mixing ${at}`), 3, side, OFFICIAL));
  const cut = draws.filter(({ box }) => box);
  assert.ok(Math.abs(cut.length / 6000 - 0.5) < 4 * Math.sqrt(0.25 / 6000), `${cut.length}`);
  assert.ok(unfairness(counts(draws.map(({ partners }) => partners)), 6) < 4);
  for (const { box, share } of cut) {
    assert.ok(box!.left + box!.width <= side && box!.top + box!.height <= side);
    assert.equal(share, Math.fround(1 - (box!.width * box!.height) / side ** 2));
  }
  const blended = moments(draws.filter(({ box }) => !box).map(({ share }) => share));
  // Beta(0.8, 0.8): variance 1 / (4 * 2.6).
  assert.ok(
    Math.abs(blended.mean - 0.5) < 0.025 && Math.abs(blended.variance * 4 * 2.6 - 1) < 0.1,
    JSON.stringify(blended),
  );
  // The mean area of a box of uniform share that a border cuts, against the same by brute force over centres and shares.
  let expected = 0;
  for (let i = 0; i < 500; i++) {
    for (let x = 0; x < side; x++) expected += cutmixBox(side, (i + 0.5) / 500, x, x).width ** 2 / 500 / side;
  }
  const widths = moments(cut.map(({ box }) => box!.width ** 2));
  assert.ok(
    Math.abs(widths.mean - expected) < 4 * Math.sqrt(widths.variance / cut.length),
    `${widths.mean} for ${expected}`,
  );
  assert.equal(drawMixing(random(1), 5, side, { ...OFFICIAL, cutmixChance: 0 }).box, null);
  assert.deepEqual(drawMixing(random(2), 5, side, OFFICIAL), drawMixing(random(2), 5, side, OFFICIAL));
});

test("mixed clips against a naive twin, and by hand", () => {
  const side = 5;
  const stream = random("clips");
  const clips = Array.from({ length: 3 }, () =>
    Float32Array.from({ length: 2 * 3 * side * side }, () => stream.normal()),
  );
  const partners = [2, 0, 1];
  const mixed = (mixing: Mixing, at: number): Float32Array => {
    const out = new Float32Array(clips[0]!.length);
    mixInto(out, clips, at, mixing, side);
    return out;
  };
  const share = Math.fround(0.3);
  for (const at of [0, 1, 2]) {
    const own = clips[at]!;
    const other = clips[partners[at]!]!;
    const blended = mixed({ share, partners, box: null }, at);
    for (const [i, value] of blended.entries()) {
      const exact = Math.fround(share * own[i]!) + Math.fround(Math.fround(1 - share) * other[i]!);
      assert.equal(value, Math.fround(exact));
    }
    const box = { left: 1, top: 2, width: 3, height: 2 };
    const pasted = mixed({ share: keptShare(side, box), partners, box }, at);
    for (const [i, value] of pasted.entries()) {
      const x = i % side;
      const y = Math.floor(i / side) % side;
      const inside = x >= 1 && x < 4 && y >= 2 && y < 4;
      assert.equal(value, (inside ? other : own)[i]);
    }
  }
});

test("soft targets by hand; they sum to 1; a partner of the same class gives its smoothed label", () => {
  const mixing = { share: 0.75, partners: [1, 2, 0] };
  const close = (found: Float32Array, expected: readonly number[]): void => {
    assert.equal(found.length, expected.length);
    for (const [k, value] of expected.entries()) assert.ok(Math.abs(found[k]! - value) < 1e-7, `${found}`);
  };
  // K = 4, smoothing 0.2: a label has 0.85, the others 0.05.
  close(softTarget([3, 1, 1], 0, mixing, 4, 0.2), [0.05, 0.25, 0.05, 0.65]);
  close(softTarget([3, 1, 1], 1, mixing, 4, 0.2), [0.05, 0.85, 0.05, 0.05]);
  close(softTarget([3, 1, 1], 0, mixing, 4, 0), [0, 0.25, 0, 0.75]);
  const stream = random("targets");
  for (let i = 0; i < 50; i++) {
    const drawn = drawMixing(stream, 4, 16, OFFICIAL);
    const labels = Array.from({ length: 4 }, () => stream.integer(51));
    for (let at = 0; at < 4; at++) {
      const sum = softTarget(labels, at, drawn, 51, 0.1).reduce((total, p) => total + p, 0);
      assert.ok(Math.abs(sum - 1) < 1e-6, `${sum}`);
    }
  }
});
