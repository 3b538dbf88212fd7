import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSlurmConfig } from "vghif/dist/experiments/slurm/config.js";
import { statusOf } from "vghif/dist/experiments/slurm/status.js";
import { taskScript } from "vghif/dist/experiments/slurm/submit.js";
import {
  clearFailure,
  createSweep,
  failuresOf,
  findSweep,
  noteFailure,
  sliceOf,
  sweepNames,
  taskCount,
} from "vghif/dist/experiments/slurm/sweep-folder.js";
import { coresOfTask, runTask } from "vghif/dist/experiments/slurm/task.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { EXAMPLE_TABLE, temporaryFolder } from "../experiments/example-runs.js";

const SPECS = tableSpecs(EXAMPLE_TABLE, "smoke");

test("a sweep comes back as it was written; its tasks have every run once", (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  assert.deepEqual(sweepNames(store), []);
  const sweep = createSweep(SPECS, store, { jobs: 2, runsPerTask: 7 });
  assert.deepEqual(findSweep(sweep.name, store), sweep);
  assert.equal(taskCount(sweep), 4);
  const slices = [0, 1, 2, 3].map((task) => sliceOf(sweep, task));
  assert.deepEqual(
    slices.map(({ length }) => length),
    [7, 7, 7, 3],
  );
  assert.deepEqual(slices.flat(), SPECS);
  assert.deepEqual(store.list(), [], "a sweep's folder is no record");
  assert.throws(
    () => findSweep("other", store),
    new RegExp(`there is no sweep "other" in .*; there are ${sweep.name}$`),
  );
  mkdirSync(path.join(store.folder, "sweeps", "half-written"));
  assert.deepEqual(sweepNames(store), [sweep.name]);
  writeFileSync(path.join(sweep.folder, "specs.json"), '[{"scale":"smoke"}]');
  assert.throws(() => findSweep(sweep.name, store), /spec 0 of specs\.json is not a run's spec: field "task"/);
});

test("more runs than an array may have tasks make longer tasks", (t) => {
  const many = Array.from({ length: 2003 }, (_, seed) => ({ ...SPECS[0]!, seed }));
  const sweep = createSweep(many, openStore(temporaryFolder(t)), { jobs: 1, runsPerTask: 1 });
  assert.deepEqual([sweep.runsPerTask, taskCount(sweep)], [3, 668]);
});

test("every run without a record is running, waiting, failed or lost", (t) => {
  const store = openStore(temporaryFolder(t));
  const sweep = createSweep(SPECS.slice(0, 8), store, { jobs: 1, runsPerTask: 2 });
  const ids = sweep.specs.map(runId);
  noteFailure(sweep, ids[3]!, "its task may be requeued");
  noteFailure(sweep, ids[6]!, "no videos here");
  noteFailure(sweep, ids[7]!, "a defect");
  clearFailure(sweep, ids[7]!);
  assert.deepEqual(
    failuresOf(sweep),
    new Map([
      [ids[3], "its task may be requeued"],
      [ids[6], "no videos here"],
    ]),
  );
  const tasks = [
    { index: 1, state: "RUNNING", reason: "None" },
    { index: 2, state: "PENDING", reason: "Resources" },
  ];
  const status = statusOf(sweep, tasks, new Set([ids[0]!, ids[4]!]));
  assert.deepEqual([status.runs, status.recorded], [8, 2]);
  assert.deepEqual(status.running.map(runId), [ids[2], ids[3]]);
  assert.deepEqual(status.waiting.map(runId), [ids[5]]);
  assert.deepEqual(
    status.failed.map(({ id, message }) => [id, message]),
    [[ids[6], "no videos here"]],
  );
  assert.deepEqual(
    status.lost.map(({ id }) => id),
    [ids[1], ids[7]],
  );
  assert.ok(status.lost[1]!.message.endsWith(path.join("logs", "task-3.log")), status.lost[1]!.message);
});

test("a task's script is one that a shell reads as meant, whatever the folders are called", (t) => {
  const store = openStore(path.join(temporaryFolder(t), "it's $HOME"));
  const sweep = createSweep(SPECS.slice(0, 1), store, { jobs: 1, runsPerTask: 1 });
  const config = parseSlurmConfig({ env: ["export OWN=7"] }, "here");
  const script = taskScript(sweep, config, store, {
    VGHIF_DATA: "/a 'b' $c",
    HOME: "/home",
    VGHIF_RECORDS: "elsewhere",
  });
  const shown = script.replace(
    /^exec .*$/m,
    (line) => `${line.replace("exec ", "printf '%s\\n' ")} "$VGHIF_DATA" "$VGHIF_RECORDS" "$OWN"`,
  );
  const { stdout, stderr } = spawnSync("bash", ["-c", shown], { encoding: "utf8", env: { SLURM_ARRAY_TASK_ID: "5" } });
  const words = stdout.trimEnd().split("\n");
  assert.equal(words[0], process.execPath, stderr);
  assert.deepEqual(words.slice(2), ["sweep", "task", sweep.folder, "5", "/a 'b' $c", store.folder, "7"]);
});

test("a task takes the cores that Slurm gave it; one that is not there is an error", async (t) => {
  assert.equal(coresOfTask({ SLURM_CPUS_PER_TASK: "3", SLURM_CPUS_ON_NODE: "8" }), 3);
  assert.equal(coresOfTask({ SLURM_CPUS_ON_NODE: "8" }), 8);
  assert.equal(coresOfTask({}), 1);
  const sweep = createSweep(SPECS, openStore(temporaryFolder(t)), { jobs: 1, runsPerTask: 7 });
  await assert.rejects(runTask(sweep, 4), /has the tasks 0 to 3, not 4/);
});
