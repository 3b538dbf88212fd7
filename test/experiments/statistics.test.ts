import assert from "node:assert/strict";
import { test } from "node:test";
import { holm, pairedDifference, summarise } from "vghif/dist/experiments/statistics.js";

test("mean, standard deviation and interval by hand: 2, 4, 9", () => {
  // mean 5; squares 9 + 1 + 16 = 26; sd = sqrt(26 / 2); t(0.975, df 2) = 0.95 * sqrt(2 / (1 - 0.95^2))
  const t = 0.95 * Math.sqrt(2 / (1 - 0.95 ** 2));
  const half = (t * Math.sqrt(13)) / Math.sqrt(3);
  const { n, mean, sd, interval } = summarise([2, 4, 9]);
  assert.equal(n, 3);
  near(mean, 5);
  near(sd!, Math.sqrt(13));
  near(interval![0], 5 - half);
  near(interval![1], 5 + half);
});

test("two and three pairs against the closed forms of Student's t with 1 and 2 degrees of freedom", () => {
  // df 1 (Cauchy): p = 1 - 2/pi * atan(t); differences 1 and 3: mean 2, sd sqrt 2, t = 2
  near(pairedDifference([10, 20], [11, 23]).p!, 1 - (2 / Math.PI) * Math.atan(2));
  // df 2: p = 1 - t / sqrt(2 + t^2); differences 1, 2, 3: t = 2 sqrt 3
  const three = pairedDifference([50, 60, 70], [51, 62, 73]);
  const t = 2 * Math.sqrt(3);
  near(three.p!, 1 - t / Math.sqrt(2 + t * t));
  near(three.interval![0], 2 - 4.302652729911275 / Math.sqrt(3));
  near(three.interval![1], 2 + 4.302652729911275 / Math.sqrt(3));
});

test("Student's sleep data: t = -4.0621, df 9, p = 0.002833, interval -2.4599 to -0.7001 (R, t.test paired)", () => {
  const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0];
  const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
  const { mean, p, interval } = pairedDifference(drug2, drug1);
  near(mean, -1.58);
  assert.equal(p!.toFixed(6), "0.002833");
  assert.deepEqual(
    interval!.map((end) => end.toFixed(4)),
    ["-2.4599", "-0.7001"],
  );
});

test("a swap of sides flips the difference and keeps p", () => {
  const [a, b] = [
    [41.5, 38.25, 44],
    [43, 42.5, 43.5],
  ] as const;
  const forward = pairedDifference(a, b);
  const backward = pairedDifference(b, a);
  near(forward.mean, -backward.mean);
  near(forward.p!, backward.p!);
  near(forward.interval![0], -backward.interval![1]);
});

test("what cannot be known is null: one seed, no spread, no spread but for rounding", () => {
  assert.deepEqual(summarise([61.5]), { n: 1, mean: 61.5, sd: null, interval: null });
  assert.deepEqual(pairedDifference([61.5], [63]), { n: 1, mean: 1.5, sd: null, interval: null, p: null });
  assert.deepEqual(pairedDifference([10, 20, 30], [10, 20, 30]), { n: 3, mean: 0, sd: 0, interval: null, p: null });
  const same = pairedDifference([33.1, 48.7, 60.2], [33.4, 49, 60.5]); // 0.3 each, but for binary fractions
  assert.equal(same.p, null);
  assert.equal(same.interval, null);
});

test("Holm's correction: ranks, running maximum, a cap at 1, untested cells left out", () => {
  // sorted 0.01 0.02 0.03 0.4 -> *4 *3 *2 *1 = 0.04 0.06 0.06 0.4
  const adjusted = holm([0.03, null, 0.01, 0.4, 0.02]);
  assert.deepEqual(
    adjusted.map((p) => p?.toFixed(12) ?? null),
    ["0.060000000000", null, "0.040000000000", "0.400000000000", "0.060000000000"],
  );
  assert.deepEqual(holm([0.9, 0.8]), [1, 1]);
  assert.deepEqual(holm([null]), [null]);
});

test("wrong calls are errors", () => {
  assert.throws(() => summarise([]), /at least one value/);
  assert.throws(() => summarise([1, Number.NaN]), /finite values, got 1, NaN/);
  assert.throws(() => pairedDifference([1, 2], [1]), /2 baselines, 1 treatments/);
});

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-8, `${actual} is not ${expected}`);
}
