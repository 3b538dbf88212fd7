import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { AugmentSpec } from "vghif/dist/data/augment/spec.js";
import { threeCropTransform, videoTransform } from "vghif/dist/data/frames/transforms.js";
import { inOrder } from "vghif/dist/data/loader/in-order.js";
import { AHEAD_BYTES, clipBytes, defaultAhead } from "vghif/dist/data/loader/limits.js";
import { type LoadedClip, loadClips } from "vghif/dist/data/loader/load-clips.js";
import { DecoderPool } from "vghif/dist/data/loader/pool.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { UserError } from "vghif/dist/errors.js";
import { numbered, temporaryFolder } from "../video/pictures.js";

const FORMAT = { width: 62, height: 46, fps: 12, codec: "mpeg4" } as const;
const OPTIONS = { frames: 3, transform: videoTransform(13) };

async function made(t: TestContext, counts: readonly number[]) {
  const root = temporaryFolder(t);
  for (const count of counts) await writeVideo(path.join(root, `${count}.avi`), FORMAT, numbered(62, 46, count));
  return { root, samples: counts.map((count, label) => ({ path: `${count}.avi`, label })) };
}

async function collect(clips: AsyncIterable<LoadedClip>): Promise<LoadedClip[]> {
  const all: LoadedClip[] = [];
  for await (const clip of clips) all.push(clip);
  return all;
}

/** The threads of this process that run now. */
const threads = new Set<Worker>();
let started = 0;
process.on("worker", (worker) => {
  started++;
  threads.add(worker);
  worker.on("exit", () => threads.delete(worker));
});
const workers = (): number => threads.size;

test("order and bits are the same for 0, 1, 2 and 4 workers, with errors in their place", async (t) => {
  const { root, samples } = await made(t, [31, 2, 17, 1, 23, 3, 11]);
  writeFileSync(path.join(root, "17.avi"), "not a video");
  const all = [...samples, ...samples.toReversed(), { path: "none.avi", label: 5 }];
  const augment: AugmentSpec = { seed: 3, flip: 0.5 };
  for (const extra of [{}, { augment, sampling: { rule: "random", seed: 5, clip: 0, clips: 1 } as const }]) {
    const options = { ...OPTIONS, ...extra, drawOf: ({ path: name }: { path: string }) => `${name}#2` };
    const here = await collect(loadClips(root, all, { ...options, workers: 0, ahead: 1 }));
    assert.deepEqual(
      here.map((clip) => ("error" in clip ? "error" : clip.frameCount)),
      [31, 2, "error", 1, 23, 3, 11, 11, 3, 23, 1, "error", 2, 31, "error"],
    );
    for (const count of [0, 1, 2, 4]) {
      assert.deepEqual(await collect(loadClips(root, all, { ...options, workers: count })), here, `${count} workers`);
    }
    // Nothing said: first on this thread, then on workers.
    const before = started;
    const more = [...all, ...all];
    assert.deepEqual(await collect(loadClips(root, more, options)), [...here, ...here]);
    assert.ok(started > before, "workers took part");
    const none = started;
    await collect(loadClips(root, samples, options));
    assert.equal(started, none, "a few videos start no worker");
  }
  assert.equal(workers(), 0);
});

test("a slow consumer holds the work up: never more than `ahead` clips are begun and not taken", async () => {
  for (const ahead of [1, 3, 7]) {
    let begun = 0;
    let taken = 0;
    let most = 0;
    const begin = async (item: number): Promise<number> => {
      begun++;
      most = Math.max(most, begun - taken);
      await wait((item * 7) % 5);
      return item;
    };
    const order: number[] = [];
    for await (const item of inOrder(Array(23).keys(), ahead, begin)) {
      order.push(item);
      taken++;
      await wait(2);
      assert.ok(begun - taken < ahead, `${begun} begun, ${taken} taken`);
    }
    assert.equal(most, ahead);
    assert.deepEqual(order, [...Array(23).keys()]);
  }
});

test("videos are asked for as they are begun: `ahead` before the first is taken", async (t) => {
  const { root } = await made(t, [7]);
  let asked = 0;
  function* samples() {
    for (let label = 0; label < 20; label++) {
      asked++;
      yield { path: "7.avi", label };
    }
  }
  let seen = 0;
  for await (const _ of loadClips(root, samples(), { ...OPTIONS, workers: 2, ahead: 5 })) {
    assert.equal(asked, Math.min(5 + seen++, 20));
  }
});

test("the bound in bytes: two clips a worker, no more than fit, at least one", () => {
  const one = clipBytes({
    frames: 32,
    transform: threeCropTransform(224),
    sampling: { rule: "fixed", clip: 4, clips: 4 },
  });
  assert.equal(one, 4 * 3 * 224 * 224 * 32 * 3 * 4);
  assert.equal(defaultAhead(4, clipBytes({ frames: 8, transform: videoTransform(224) })), 8);
  assert.equal(defaultAhead(4, one), 1);
  assert.equal(defaultAhead(4, AHEAD_BYTES / 3), 3);
  assert.equal(defaultAhead(0, 1), 2);
  assert.equal(defaultAhead(2, 2 * AHEAD_BYTES), 1);
});

test("no worker is left when the consumer stops, throws, or the signal aborts while it waits", async (t) => {
  const { root } = await made(t, [39]);
  const samples = Array.from({ length: 500 }, (_, label) => ({ path: "39.avi", label }));
  const options = { ...OPTIONS, workers: 2 };
  for await (const clip of loadClips(root, samples, options)) {
    assert.ok("pixels" in clip);
    assert.equal(workers(), 2);
    break;
  }
  assert.equal(workers(), 0);
  await assert.rejects(async () => {
    for await (const _ of loadClips(root, samples, options)) throw new Error("the consumer's own");
  }, /the consumer's own/);
  assert.equal(workers(), 0);
  for (const count of [0, 2]) {
    const stop = new AbortController();
    let seen = 0;
    await assert.rejects(async () => {
      for await (const _ of loadClips(root, samples, { ...OPTIONS, workers: count, signal: stop.signal })) {
        if (++seen === 5) setTimeout(() => stop.abort(new Error("stopped by hand")), 1);
      }
    }, /stopped by hand/);
    assert.ok(seen < 200, `${seen} clips after the abort`);
    assert.equal(workers(), 0);
  }
  const late = loadClips(root, samples, { ...options, signal: AbortSignal.abort(new Error("before")) });
  await assert.rejects(collect(late), /before/);
});

test("an error that is no video's ends the loading", async (t) => {
  const { root, samples } = await made(t, [3, 5]);
  const wrong = { frames: 3, transform: { ...videoTransform(13), shortSide: 7 } };
  for (const count of [0, 2]) {
    await assert.rejects(collect(loadClips(root, samples, { ...wrong, workers: count })), /short side 7 is smaller/);
  }
  assert.equal(workers(), 0);
});

test("a worker that dies costs the video it had, and another takes its place", async (t) => {
  const { root } = await made(t, [5]);
  // A pipe is refused by the reader; a long video keeps the worker busy until it is ended from outside.
  const long = path.join(root, "long.mp4");
  await writeVideo(long, { width: 640, height: 480, fps: 10, codec: "h264" }, numbered(640, 480, 40));
  const pool = new DecoderPool(1);
  try {
    await pool.load(path.join(root, "5.avi"), OPTIONS);
    const lost = pool.load(long, { frames: 40, transform: videoTransform(224) });
    const next = pool.load(path.join(root, "5.avi"), OPTIONS);
    await pool.kill();
    await assert.rejects(lost, (error) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /long\.mp4: its decoder died \(exit code 1\); leave the video out/);
      return true;
    });
    assert.equal((await next).frameCount, 5);
    assert.equal(pool.running, 1);
  } finally {
    await pool.close();
  }
  assert.equal(pool.running, 0);
  await assert.rejects(pool.load(long, OPTIONS), /closed/);
});

test("a process with an idle or forgotten pool ends by itself", async (t) => {
  const { root } = await made(t, [5]);
  const script = `
    const { DecoderPool } = require(${JSON.stringify(require.resolve("vghif/dist/data/loader/pool.js"))});
    const { loadClips } = require(${JSON.stringify(require.resolve("vghif/dist/data/loader/load-clips.js"))});
    const options = ${JSON.stringify(OPTIONS)};
    const samples = Array(50).fill({ path: "5.avi", label: 0 });
    (async () => {
      const pool = new DecoderPool(2);
      await Promise.all([1, 2].map(() => pool.load(process.argv[1] + "/5.avi", options)));
      const clips = loadClips(process.argv[1], samples, { ...options, workers: 2, ahead: 4 });
      await clips.next();
      console.log("done");
    })();`;
  const run = spawnSync(process.execPath, ["-e", script, root], { encoding: "utf8", timeout: 30_000 });
  assert.deepEqual([run.status, run.stdout, run.stderr], [0, "done\n", ""]);
});
