import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { multiViewDraws, multiViewOrder, segmentCentres, segmentLength } from "vghif/dist/data/frames/sampling.js";
import { clipsOf, type SamplingSpec, sampledIndices } from "vghif/dist/data/frames/sampling-spec.js";
import { threeCropTransform } from "vghif/dist/data/frames/transforms.js";
import { viewCount, viewOptions, viewsText } from "vghif/dist/data/frames/views.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { absent, sharedDir } from "../../shared.js";
import { numbered, temporaryFolder } from "../video/pictures.js";

const RANDOM = { rule: "random", seed: 3, clips: 4 } as const;

test("fixed clips lie equally spaced in each segment; one is the official single view", () => {
  // Segments of 4.6 frames; clips at 1/6, 3/6 and 5/6 of each: 0.77, 5.37, 9.97 ..., then 2.3 ..., then 3.83 ...
  assert.deepEqual(sampledIndices({ rule: "fixed", clips: 3 }, 23, 5, ""), [
    ...[0, 5, 9, 14, 19],
    ...[2, 6, 11, 16, 20],
    ...[3, 8, 13, 17, 22],
  ]);
  assert.deepEqual(sampledIndices({ rule: "fixed", clips: 3, clip: 1 }, 23, 5, ""), [2, 6, 11, 16, 20]);
  for (const count of [1, 2, 7, 31, 250, 1799]) {
    assert.deepEqual(sampledIndices({ rule: "fixed", clips: 1 }, count, 8, ""), segmentCentres(count, 8));
  }
});

test("random clips are a function of seed, draw, clip and count alone, and uniform in every segment", () => {
  const all = sampledIndices(RANDOM, 157, 5, "a.mp4");
  assert.deepEqual(sampledIndices(RANDOM, 157, 5, "a.mp4"), all);
  const one = (change: object, draw = "a.mp4"): number[] => sampledIndices({ ...RANDOM, ...change }, 157, 5, draw);
  assert.deepEqual(
    [0, 1, 2, 3].flatMap((clip) => one({ clip })),
    all,
  );
  assert.notDeepEqual(one({ clip: 0 }), one({ clip: 1 }));
  assert.notDeepEqual(one({}, "b.mp4"), all);
  assert.notDeepEqual(one({ seed: 4 }), all);
  const hits = Array.from({ length: 5 * 31 }, () => 0);
  for (let draw = 0; draw < 3100; draw++) for (const index of one({ clip: 2 }, `x#${draw}`)) hits[index]!++;
  // 100 expected, standard deviation 9.8: six of them on either side.
  assert.ok(Math.min(...hits) > 41 && Math.max(...hits) < 159, `${Math.min(...hits)} to ${Math.max(...hits)}`);
});

test("wrong clips are refused", () => {
  const draw = (spec: SamplingSpec) => () => sampledIndices(spec, 9, 2, "x");
  assert.throws(draw({ ...RANDOM, clip: 4 }), /clip 4 is not one of 4: expected 0 to 3/);
  assert.throws(draw({ rule: "fixed", clips: 0 }), /cannot take 0 clips/);
  assert.throws(() => sampledIndices({ rule: "fixed", clips: 2 }, 0, 2, ""), /0 frames/);
  assert.equal(clipsOf(undefined), 1);
  assert.equal(clipsOf({ ...RANDOM, clip: 2 }), 1);
});

interface Golden {
  readonly N: number;
  readonly T: number;
  readonly multiview: number;
  readonly avg_interval: number;
  readonly indices: number[];
}

test("random clips are draws of the official rule: its segments, and its frames where a video is short", (t) => {
  const file = sharedDir("goldens/frame_sampling.json");
  if (!file) return t.skip(absent("goldens/frame_sampling.json"));
  const { multiview_4_clips } = JSON.parse(readFileSync(file, "utf8")) as { readonly multiview_4_clips: Golden[] };
  for (const { N, T, multiview, avg_interval, indices } of multiview_4_clips) {
    const ours = sampledIndices({ rule: "random", seed: 1, clips: multiview }, N, T, "x");
    if (avg_interval <= 1) {
      assert.deepEqual(ours, indices, `${N} ${T}: nothing is left to chance`);
      continue;
    }
    assert.equal(segmentLength(N, T), avg_interval);
    const segments = (list: number[]): number[] => list.map((index) => Math.floor(index / avg_interval));
    assert.deepEqual(segments(ours), segments(indices), `${N} ${T}`);
    const offsets = Array.from({ length: multiview }, (_, clip) =>
      ours.slice(clip * T, (clip + 1) * T).map((index) => index % avg_interval),
    );
    assert.deepEqual(multiViewDraws(N, T, offsets), ours);
  }
});

test("a loaded clip holds its views in the official order: crop by crop, clip by clip", async (t) => {
  const file = path.join(temporaryFolder(t), "x.avi");
  await writeVideo(file, { width: 62, height: 46, fps: 12, codec: "mpeg4" }, numbered(62, 46, 37));
  for (const rule of ["fixed", "random"] as const) {
    const views = { clips: 2, crops: 3, rule } as const;
    const options = viewOptions(views, 29, 7);
    assert.equal(viewCount(views), 6);
    const whole = await loadClip(file, { frames: 3, draw: "d", ...options });
    assert.equal(whole.indices.length, 6);
    const frame = 3 * 29 * 29;
    const clips = [0, 1].map((clip) =>
      loadClip(file, {
        frames: 3,
        draw: "d",
        transform: threeCropTransform(29),
        sampling: rule === "fixed" ? { rule, clips: 2, clip } : { rule, clips: 2, clip, seed: 7 },
      }),
    );
    for (const { n, crop, clip, first, last } of multiViewOrder(3, 2)) {
      const alone = (await clips[clip]!).pixels;
      const at = ["left/top", "right/bottom", "middle"].indexOf(crop) * 3;
      assert.deepEqual(
        whole.pixels.subarray(first * frame, (last + 1) * frame),
        alone.subarray(at * frame, (at + 3) * frame),
        `view ${n}`,
      );
    }
  }
  await assert.rejects(
    loadClip(file, { frames: 3, ...viewOptions({ clips: 2, crops: 1, rule: "random" }, 29, 7) }),
    /name of its draw/,
  );
});

test("views are said in one way", () => {
  assert.equal(viewsText(undefined, 2), "1x1");
  assert.equal(viewsText({ clips: 1, crops: 3, rule: "fixed" }, 2), "1x3");
  assert.equal(viewsText({ clips: 4, crops: 3, rule: "fixed" }, 2), "4x3, fixed rule");
  assert.equal(viewsText({ clips: 4, crops: 3, rule: "random" }, 2), "4x3, random rule, seed 2");
  assert.equal(viewsText({ clips: 4, crops: 1, rule: "random" }), "4x1, random rule");
});
