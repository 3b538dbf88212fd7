import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseSlurmConfig, readSlurmConfig, sbatchOptions } from "vghif/dist/experiments/slurm/config.js";
import { temporaryFolder } from "../experiments/example-runs.js";

test("a whole configuration becomes sbatch's options; an empty one asks for nothing", () => {
  const config = parseSlurmConfig(
    {
      partition: "gpu,long",
      account: "lab-7",
      qos: "low",
      time: "1-12:30:00",
      memory: "24G",
      cpus: 5,
      gpus: "a100:2",
      tasks: 11,
      runsPerTask: 7,
      env: ["module load cuda"],
      options: ["--exclude=node3"],
    },
    "here",
  );
  assert.deepEqual(sbatchOptions(config), [
    "--partition=gpu,long",
    "--account=lab-7",
    "--qos=low",
    "--time=1-12:30:00",
    "--mem=24G",
    "--cpus-per-task=5",
    "--gres=gpu:a100:2",
    "--exclude=node3",
  ]);
  const empty = parseSlurmConfig({}, "here");
  assert.deepEqual(empty, { runsPerTask: 20, jobs: 1, env: [], options: [] });
  assert.deepEqual(sbatchOptions(empty), []);
  assert.deepEqual(sbatchOptions(parseSlurmConfig({ gpus: 3 }, "here")), ["--gres=gpu:3"]);
});

test("a wrong field is one line that names it and what was expected", (t) => {
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [{ time: "two hours" }, /field "time": expected minutes, .*received "two hours"$/],
    [{ memory: "8 GB" }, /field "memory": expected a number with K, M, G or T, .*received "8 GB"$/],
    [{ gpus: "two" }, /field "gpus": expected a number or "type:number", received "two"$/],
    [{ partition: "gpu; rm" }, /field "partition": expected letters, digits/],
    [{ cpus: 0 }, /field "cpus": .*received 0$/],
    [{ env: ["a\nb"] }, /field "env\.0": expected one line of shell/],
    [{ options: ["exclude=3"] }, /field "options\.0": expected a text such as "--exclude=node3"/],
    [{ patition: "gpu" }, /has unknown "patition"$/],
    [[], /the value: expected object, received an array$/],
  ];
  for (const [value, message] of cases) {
    assert.throws(
      () => parseSlurmConfig(value, "slurm.json"),
      (error: Error) => {
        assert.match(error.message, /^slurm\.json is not a Slurm configuration: /);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"), error.message);
        return true;
      },
    );
  }
  const file = path.join(temporaryFolder(t), "own.json");
  assert.throws(() => readSlurmConfig(file), /the Slurm configuration .*own\.json cannot be read: /);
  writeFileSync(file, "{");
  assert.throws(() => readSlurmConfig(file), /own\.json is not JSON: /);
  writeFileSync(file, '{"cpus": 3}');
  assert.equal(readSlurmConfig(file).cpus, 3);
});
