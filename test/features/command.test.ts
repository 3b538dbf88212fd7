/** `vghif data features` as a user calls it: parts, processes, a second call, an interrupted one, wrong use. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { main } from "vghif/dist/cli/main.js";
import { findDataset } from "vghif/dist/data/manifest-find.js";
import { type FeatureJob, jobSamples, parts } from "vghif/dist/experiments/features/job.js";
import { PROJECT_ROOT } from "../shared.js";
import { makeTiny } from "../tiny-runs.js";

const MAIN = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif features "));
after(() => fs.rmSync(folder, { recursive: true }));
let weights = "";
before(async () => {
  weights = (await makeTiny(folder)).weights;
});

function vghif(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const all = [MAIN, "data", "features", "tiny", "--weights", weights, "--frames", "3", ...args];
  return spawnSync(process.execPath, all, { encoding: "utf8" });
}

test("parts together have every video once, whatever they are divided into", () => {
  const dataset = findDataset("tiny");
  const whole = { splits: ["train", "test"], shard: { index: 0, count: 1 } } as unknown as FeatureJob;
  const paths = (job: FeatureJob): string[] => jobSamples(job, dataset).map((sample) => sample.path);
  const divided = parts(whole, 5).flatMap((part) => parts(part, 3).flatMap(paths));
  assert.equal(divided.length, 21);
  assert.deepEqual(divided.sort(), paths(whole).sort());
  assert.throws(
    () => jobSamples({ ...whole, splits: ["val"] }, { ...dataset, splits: {} }),
    /no videos in its val split/,
  );
});

test("a part, then all in two processes, then nothing is left to do", () => {
  const part = vghif("--split", "train,test", "--shard", "2/3", "--json");
  assert.equal(part.status, 0, part.stderr);
  const { videos, made, skipped, bytes, folder: where } = JSON.parse(part.stdout);
  assert.deepEqual([videos, made, skipped], [7, 7, []]);
  const all = vghif("--jobs", "2");
  assert.match(
    all.stdout,
    /^tiny: 24 videos have features: 17 made now, 7 there before, 0 unreadable; .* videos\/s\n$/,
  );
  const again = JSON.parse(vghif("--json").stdout);
  assert.deepEqual([again.videos, again.made, again.folder], [24, 0, where]);
  assert.equal(again.bytes * 7, bytes * 24);
  assert.equal(fs.readdirSync(where).filter((name) => name.endsWith(".data")).length, 3, "a shard a process");
});

test("Ctrl-C ends it with a word; what was made is kept", async () => {
  const args = [MAIN, "data", "features", "tiny", "--weights", weights, "--frames", "23", "--tokens", "all"];
  // The slowest backend, so that there is something left to interrupt.
  const env = { ...process.env, VGHIF_BACKEND: "cpu" };
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    if (!/features \d/.test(said) && /features \d/.test(said + text)) child.kill("SIGINT");
    said += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  assert.equal(code, 130);
  assert.match(said, /interrupted; features made so far are kept: run the same command again to go on/);
});

test("wrong use is exit code 2 and one line", async (t) => {
  const cases: readonly (readonly [RegExp, readonly string[]])[] = [
    [/--shard is "4\/3": give a part of the whole, such as 1\/4 or 4\/4/, ["--shard", "4/3"]],
    [/--split is "all,dev": give train, val, test/, ["--split", "all,dev"]],
    [/--model is "vit": give clip/, ["--model", "vit"]],
    [/--engine is "cloud": give local or slurm/, ["--engine", "cloud"]],
  ];
  const errors = t.mock.method(console, "error", () => undefined);
  for (const [at, [message, args]] of cases.entries()) {
    assert.equal(await main(["data", "features", "tiny", "--weights", weights, ...args]), 2);
    assert.equal(errors.mock.callCount(), at + 1);
    assert.match(String(errors.mock.calls[at]!.arguments[0]), message);
  }
});
