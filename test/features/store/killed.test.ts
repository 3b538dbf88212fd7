/** Two processes write into one store and are killed at any moment, again and again. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { random } from "vghif/dist/data/random.js";
import { FeatureStore } from "vghif/dist/features/store/store.js";
import { contentOf, featureOf, KEY } from "./example-features.js";

const ROUNDS = 20;
const VIDEOS = 2000;
/** A record of 68 kB, so that most of the time is spent in writing. */
const SCALE = 1009;

test("two writers killed 20 times: what is served is what was made, and work goes on", async (t) => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif killed "));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  const writer = (seed: number, videos: number): ChildProcess =>
    fork(path.join(__dirname, "writer-child.js"), [folder, videos, SCALE, seed].map(String));
  const draw = random(71);
  let before = 0;
  let progressed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const pair = [writer(2 * round, VIDEOS), writer(2 * round + 1, VIDEOS)];
    await Promise.all(pair.map((child) => once(child, "message")));
    await Promise.all(
      pair.map(async (child) => {
        const ended = once(child, "exit");
        await sleep(draw.integer(60));
        child.kill("SIGKILL");
        assert.deepEqual(await ended, [null, "SIGKILL"], "it was killed at work");
      }),
    );
    const served = await check(folder, new Set([round, 3 * round, 7 * round]));
    assert.ok(served >= before, `${served} videos after round ${round}, ${before} before`);
    if (served > before) progressed += 1;
    before = served;
  }
  assert.ok(progressed > ROUNDS / 2, `only ${progressed} rounds made progress`);
  const all = Array.from({ length: VIDEOS }, (_, id) => id);
  const kept = await check(folder, new Set(all));
  assert.ok(kept > ROUNDS && kept < VIDEOS, `${kept} videos`);

  const last = [writer(101, kept + 50), writer(102, kept + 50)];
  assert.deepEqual(await Promise.all(last.map((child) => once(child, "exit"))), [
    [0, null],
    [0, null],
  ]);
  const some = all.slice(0, kept + 50);
  const store = new FeatureStore(folder, KEY);
  for (const id of some) assert.ok(store.has(contentOf(id)), `video ${id}`);
  await check(folder, new Set(some));
});

/** Counts the videos that there are, and compares some with what they must be. */
async function check(folder: string, ids: ReadonlySet<number>): Promise<number> {
  const store = new FeatureStore(folder, KEY);
  for (const id of ids) {
    const had = store.has(contentOf(id));
    const feature = await store.read(contentOf(id));
    assert.equal(feature !== null, had, `video ${id}: what the index names is whole`);
    if (feature) assert.deepEqual(feature, featureOf(id, SCALE));
  }
  await store.close();
  return store.size().videos;
}
