import assert from "node:assert/strict";
import { test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { bootstrapDifference, type PairedRun, RESAMPLES } from "vghif/dist/experiments/bootstrap.js";

/** Right or wrong of either side on every video of a set. */
interface Answers {
  readonly seed: number;
  readonly set: string;
  readonly baseline: readonly boolean[];
  readonly treatment: readonly boolean[];
}

function pairedRun({ seed, set, baseline, treatment }: Answers): PairedRun {
  const gains = Int8Array.from(treatment, (right, video) => Number(right) - Number(baseline[video]));
  return { seed, baseline: accuracy(baseline), treatment: accuracy(treatment), videos: { set, gains } };
}

function accuracy(right: readonly boolean[]): number {
  return (100 * right.filter(Boolean).length) / right.length;
}

/** Answers that chance gives: the treatment is right more often by what `better` says of the seed and the video. */
function drawn(seed: number, set: string, videos: number, key: string, better: (video: number) => number): Answers {
  const rng = random(key);
  const all = Array.from({ length: videos }, (_, video) => ({
    baseline: rng.chance(0.5),
    treatment: rng.chance(0.5 + better(video)),
  }));
  return { seed, set, baseline: all.map(({ baseline }) => baseline), treatment: all.map(({ treatment }) => treatment) };
}

/** Three seeds; two columns on one set of 13 videos, one column on another of 7. */
const COLUMNS: readonly (readonly Answers[])[] = [
  [0, 1, 2].map((seed) => drawn(seed, "a", 13, `a ${seed}`, () => 0.3)),
  [2, 0, 1].map((seed) => drawn(seed, "a", 13, `b ${seed}`, (video) => (video % 2 ? 0.4 : -0.2))),
  [0, 1, 2, 5].map((seed) => drawn(seed, "c", 7, `c ${seed}`, () => 0.1)),
];

test("the interval is that of a naive twin which draws whole answers and scores them anew", () => {
  const found = bootstrapDifference(COLUMNS.map((runs) => runs.map(pairedRun)));
  const rng = random("bootstrap");
  const means = Array.from({ length: RESAMPLES }, () => {
    const seeds = [0, 1, 2].map(() => rng.integer(3));
    const videos = new Map([
      ["a", Array.from({ length: 13 }, () => rng.integer(13))],
      ["c", Array.from({ length: 7 }, () => rng.integer(7))],
    ]);
    const differences = COLUMNS.flatMap((runs) =>
      seeds.map((seed) => {
        const { set, baseline, treatment } = runs.find((run) => run.seed === seed)!;
        const chosen = videos.get(set)!;
        return accuracy(chosen.map((video) => treatment[video]!)) - accuracy(chosen.map((video) => baseline[video]!));
      }),
    );
    return differences.reduce((sum, difference) => sum + difference, 0) / differences.length;
  }).sort((a, b) => a - b);
  const at = (level: number): number => {
    const rank = level * (RESAMPLES - 1);
    const below = Math.floor(rank);
    return means[below]! + (rank - below) * (means[below + 1]! - means[below]!);
  };
  assert.equal(found!.method, "seeds and videos");
  assert.equal(found!.n, 3, "seed 5 is not in every column");
  near(found!.interval![0], at(0.025));
  near(found!.interval![1], at(0.975));
  assert.ok(found!.interval![0] < found!.mean && found!.mean < found!.interval![1]);
});

test("a swap of sides mirrors the interval, and a second call repeats it", () => {
  const columns = COLUMNS.map((runs) => runs.map(pairedRun));
  const swapped = COLUMNS.map((runs) =>
    runs.map((run) => pairedRun({ ...run, baseline: run.treatment, treatment: run.baseline })),
  );
  const forward = bootstrapDifference(columns)!;
  const backward = bootstrapDifference(swapped)!;
  assert.deepEqual(bootstrapDifference(columns), forward);
  near(forward.interval![0], -backward.interval![1]);
  near(forward.p!, backward.p!);
});

test("without paired videos in a single run seeds alone are drawn: of 3 they are the extremes, of 40 nearly Student's t", () => {
  const values = [1, 4, 2.5];
  const three = bootstrapDifference([runsOf(values)])!;
  assert.equal(three.method, "seeds");
  near(three.interval![0], 1);
  near(three.interval![1], 4);
  const rng = random("many");
  const many = bootstrapDifference([runsOf(Array.from({ length: 40 }, () => 3 + rng.normal()))])!;
  const half = (2.0227 * many.sd!) / Math.sqrt(40);
  assert.ok(Math.abs(many.interval![0] - (many.mean - half)) < 0.06, `${many.interval}`);
  assert.ok(Math.abs(many.interval![1] - (many.mean + half)) < 0.06, `${many.interval}`);
  const [first, ...others] = COLUMNS[0]!.map(pairedRun);
  assert.equal(bootstrapDifference([[{ ...first!, videos: null }, ...others]])!.method, "seeds");
});

test("no interval for one seed or without spread over seeds; nothing for no seed in common", () => {
  const [one] = COLUMNS[0]!.map(pairedRun);
  assert.deepEqual(pick(bootstrapDifference([[one!]])), { n: 1, interval: null, p: null, method: null });
  assert.deepEqual(pick(bootstrapDifference([runsOf([2, 2, 2])])), { n: 3, interval: null, p: null, method: null });
  assert.equal(bootstrapDifference([]), null);
  assert.equal(bootstrapDifference([[one!], [{ ...one!, seed: 7 }]]), null);
});

test("coverage: 95 % intervals of 5 seeds x 61 videos, both of them drawn by chance, hold the truth in 92 to 100 of 100 cases", () => {
  const truth = 12;
  let held = 0;
  for (let trial = 0; trial < 100; trial++) {
    const rng = random(`coverage ${trial}`);
    const videos = Array.from({ length: 61 }, () => 0.15 * rng.normal());
    const runs = [0, 1, 2, 3, 4].map((seed) => {
      const luck = 0.03 * rng.normal();
      return pairedRun(drawn(seed, "set", 61, `${trial} ${seed}`, (video) => truth / 100 + luck + videos[video]!));
    });
    const [low, high] = bootstrapDifference([runs])!.interval!;
    if (low <= truth && truth <= high) held += 1;
  }
  assert.ok(held >= 92, `${held} of 100`);
});

function runsOf(differences: readonly number[]): readonly PairedRun[] {
  return differences.map((difference, seed) => ({ seed, baseline: 50, treatment: 50 + difference, videos: null }));
}

function pick(found: ReturnType<typeof bootstrapDifference>) {
  const { n, interval, p, method } = found!;
  return { n, interval, p, method };
}

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-8, `${actual} is not ${expected}`);
}
