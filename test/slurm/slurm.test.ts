/** Sweeps on a real Slurm, whose tasks are requeued, killed and run twice: nothing lost, nothing twice. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { runId } from "vghif/dist/experiments/id.js";
import { runExperiment } from "vghif/dist/experiments/run-experiment.js";
import { parseSlurmConfig } from "vghif/dist/experiments/slurm/config.js";
import { runOnSlurm } from "vghif/dist/experiments/slurm/run.js";
import { submitSweep } from "vghif/dist/experiments/slurm/submit.js";
import { logFile, type SlurmSweep } from "vghif/dist/experiments/slurm/sweep-folder.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { PROJECT_ROOT } from "../shared.js";
import { makeTiny, tinySpec } from "../tiny-runs.js";
import { type Cluster, noCluster, startCluster } from "./cluster.js";

const RUNS = 12;
/** Epochs of a run: some seconds of training, so that a task can be met while it runs. */
const EPOCHS = 400;

const reason = noCluster();

describe("a sweep on Slurm", { skip: reason ?? false }, () => {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif slurm % "));
  const clusterFolder = fs.mkdtempSync(path.join(tmpdir(), "vghif-cluster-"));
  const store = openStore(path.join(folder, "records"));
  const config = parseSlurmConfig(
    { runsPerTask: 3, cpus: 1, env: ["export VGHIF_CHECKPOINT_SECONDS=0.1"] },
    "the test's configuration",
  );
  let cluster: Cluster;
  let weights = "";

  before(async () => {
    cluster = await startCluster(clusterFolder);
    process.env.SLURM_CONF = cluster.conf;
    process.env.VGHIF_RECORDS = store.folder;
    weights = (await makeTiny(folder)).weights;
  });

  after(async () => {
    await cluster?.stop();
    for (const one of [folder, clusterFolder]) fs.rmSync(one, { recursive: true, force: true });
  });

  it("loses nothing and does nothing twice, whatever happens to its tasks", async () => {
    const specs = Array.from({ length: RUNS }, (_, seed) => tinySpec(weights, seed, EPOCHS));
    const { sweep } = await submitSweep(specs, store, config);
    assert.ok(sweep);
    const again = await submitSweep(specs, store, config);
    assert.equal(again.sweep, null, "what is in the queue is not submitted again");
    assert.deepEqual(
      again.earlier.map(({ name }) => name),
      [sweep.name],
    );
    const job = jobOf(sweep);

    // Both run at the same time, and each is met where it is: waiting for one could miss the other.
    const killed = said(sweep, 1, "run 2 of 3").then(() => call("scancel", "--signal=KILL", `${job}_1`));
    await said(sweep, 0, "run 2 of 3");
    const first = fs.readFileSync(store.file(runId(specs[0]!)));
    call("scontrol", "requeue", `${job}_0`);
    await killed;
    await said(sweep, 2, "run 1 of 3");
    process.kill(await workerOf(2), "SIGKILL");
    await said(sweep, 3, "run 1 of 3");
    const twin = runTaskHere(sweep, 3);
    const collected = vghif("sweep", "collect", sweep.name);
    assert.deepEqual(await once(twin, "exit"), [0, null]);

    const open = specs.filter((spec) => !store.has(runId(spec)));
    assert.equal(collected.status, 1, collected.stderr);
    assert.match(collected.stdout, new RegExp(`^${RUNS - open.length} of ${RUNS} runs recorded in `));
    assert.deepEqual(
      open.map(({ seed }) => seed),
      [4, 5, 6],
    );
    assert.equal(collected.stderr.match(/\): its task ended without it .*task-1\.log/g)?.length, 2, collected.stderr);
    assert.equal(collected.stderr.match(/\): its worker process was killed \(SIGKILL\)/g)?.length, 1);
    assert.deepEqual(fs.readFileSync(store.file(runId(specs[0]!))), first, "a requeued task keeps what is there");
    assert.match(fs.readFileSync(logFile(sweep, 0), "utf8"), /run 2 of 3.*\n[\s\S]*2 done, 0 failed, 1 were there/);

    const recorded = contents(store.folder);
    const result = await runOnSlurm(specs, store, config);
    const { running: _, ...end } = result;
    assert.deepEqual(end, { total: 3, done: 3, failed: [], kept: RUNS - 3, interrupted: false });
    const records = contents(store.folder);
    assert.deepEqual([...records.keys()].sort(), specs.map((spec) => `${runId(spec)}.json`).sort());
    for (const [file, text] of recorded) assert.equal(records.get(file), text, "a record that is there stays");

    for (const seed of [1, 4, 6]) {
      const { epochs, predictions } = await runExperiment(specs[seed]!);
      const record = store.read(runId(specs[seed]!));
      assert.deepEqual({ epochs: record.epochs, predictions: record.predictions }, { epochs, predictions });
    }
    const status = vghif("sweep", "status", sweep.name);
    assert.equal(status.stdout, `${sweep.name}: 12 runs: 12 recorded\n`);
  });

  it("is cancelled: no task is left, and what has no record is said", async () => {
    const specs = [100, 101].map((seed) => tinySpec(weights, seed, 1_000_000));
    const { sweep } = await submitSweep(specs, store, { ...config, runsPerTask: 1 });
    await said(sweep!, 0, "run 1 of 1");
    const cancelled = vghif("sweep", "cancel", sweep!.name);
    assert.equal(cancelled.stdout, `${sweep!.name}: 2 tasks cancelled\n`, cancelled.stderr);
    const collected = vghif("sweep", "collect", sweep!.name);
    assert.equal(collected.status, 1);
    assert.equal(collected.stdout, `0 of 2 runs recorded in ${store.folder}\n`);
    const [status] = JSON.parse(vghif("sweep", "status", sweep!.name, "--json").stdout) as {
      readonly tasks: unknown;
    }[];
    assert.deepEqual(status!.tasks, []);
  });

  it("also makes features beforehand, each task a part; a second call finds them", () => {
    const slurm = path.join(folder, "slurm.json");
    fs.writeFileSync(slurm, JSON.stringify({ cpus: 1 }));
    const args = ["data", "features", "tiny", "--weights", weights, "--frames", "5", "--json"];
    const made = vghif(...args, "--engine", "slurm", "--slurm", slurm, "--jobs", "2");
    assert.equal(made.status, 0, made.stderr);
    const totals = JSON.parse(made.stdout);
    assert.deepEqual([totals.videos, totals.made, totals.skipped], [24, 24, []]);
    const again = JSON.parse(vghif(...args).stdout);
    assert.deepEqual([again.videos, again.made, again.folder], [24, 0, totals.folder]);
  });

  it("that Slurm refuses is one line, and leaves no sweep behind", async () => {
    const refused = submitSweep([tinySpec(weights, 200, 1)], store, { ...config, partition: "nowhere" });
    await assert.rejects(refused, { name: "UserError", message: /^sbatch failed: .*[Ii]nvalid partition/ });
    assert.equal(fs.readdirSync(path.join(store.folder, "sweeps")).length, 3);
  });
});

function vghif(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  return spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
}

function call(command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  assert.equal(status, 0, `${command} ${args.join(" ")}: ${stderr}`);
  return stdout;
}

/** The array's number. */
function jobOf({ name }: SlurmSweep): string {
  return call("squeue", "--noheader", `--name=vghif-${name}`, "--format=%F").trim().split("\n")[0]!;
}

/** Waits until a task's log has the text. */
async function said(sweep: SlurmSweep, task: number, text: string): Promise<void> {
  const file = logFile(sweep, task);
  for (let tries = 0; !(fs.existsSync(file) && fs.readFileSync(file, "utf8").includes(text)); tries++) {
    assert.ok(tries < 1200, `${file} does not say "${text}"`);
    await sleep(50);
  }
}

/** The process that computes a task's runs. */
async function workerOf(task: number): Promise<number> {
  const variable = `SLURM_ARRAY_TASK_ID=${task}`;
  for (let tries = 0; tries < 200; tries++) {
    for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const [line, environment] = ["cmdline", "environ"].map((name) => textOf(`/proc/${pid}/${name}`));
      if (line!.includes("worker-main.js") && environment!.split("\0").includes(variable)) return Number(pid);
    }
    await sleep(20);
  }
  throw new Error(`task ${task} has no worker`);
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

/** A task run a second time beside Slurm's own. */
function runTaskHere({ folder }: SlurmSweep, task: number): ChildProcess {
  const env = { ...process.env, SLURM_ARRAY_TASK_ID: String(task) };
  return spawn("bash", [path.join(folder, "task.sh")], { env, stdio: "ignore" });
}

/** What is in the records folder but for the sweeps. */
function contents(folder: string): ReadonlyMap<string, string> {
  const names = fs.readdirSync(folder).filter((name) => name !== "sweeps");
  return new Map(names.map((name) => [name, fs.readFileSync(path.join(folder, name), "utf8")]));
}
