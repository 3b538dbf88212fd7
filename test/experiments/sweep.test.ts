import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { executeRun } from "vghif/dist/experiments/execute.js";
import { runId } from "vghif/dist/experiments/id.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { missingSpecs, runMissing, type SweepState } from "vghif/dist/experiments/sweep.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { EXAMPLE_TABLE, exampleOutcome, exampleStore, temporaryFolder } from "./example-runs.js";

process.env.VGHIF_BACKEND = "cpu";
const WORKER = path.join(__dirname, "fake-worker.js");
const SPECS = tableSpecs(EXAMPLE_TABLE, "smoke");

test("a sweep runs what has no record, once, and a second one runs nothing", async (t) => {
  const store = openStore(temporaryFolder(t));
  const states: SweepState[] = [];
  const first = await runMissing(SPECS, store, { jobs: 3, worker: WORKER, onState: (state) => states.push(state) });
  assert.deepEqual(
    { ...first, running: [] },
    { total: 24, done: 24, failed: [], running: [], kept: 0, interrupted: false },
  );
  assert.equal(store.list().length, 24);
  const record = store.read(runId(SPECS[5]!));
  assert.deepEqual(record.spec, SPECS[5]);
  assert.equal(record.final.top1, 50 + SPECS[5]!.seed);
  assert.equal(record.backend, "cpu");
  assert.ok(states.some(({ running }) => running.some(({ event }) => event?.phase === "train")));
  assert.ok(states.every(({ running }) => running.length <= 3));
  assert.equal(states.at(-1)!.done, 24);

  const second = await runMissing(SPECS, store, { jobs: 3, worker: path.join(__dirname, "no-such-worker.js") });
  assert.deepEqual([second.total, second.kept], [0, 24]);
});

test("a run that fails in any way is reported in one line, and the others go on", async (t) => {
  const store = openStore(temporaryFolder(t));
  const [a, b, c, d, e, f] = SPECS as readonly RunSpec[] as readonly [
    RunSpec,
    RunSpec,
    RunSpec,
    RunSpec,
    RunSpec,
    RunSpec,
  ];
  const specs = [
    a,
    { ...b, template: "{} refuse" },
    { ...c, template: "{} die" },
    { ...d, template: "{} leave" },
    { ...e, template: "{} break" },
    f,
  ];
  const result = await runMissing(specs, store, { jobs: 1, worker: WORKER });
  assert.equal(result.done, 2);
  assert.deepEqual(
    store.list().map(({ id }) => id),
    [runId(a), runId(f)].sort(),
  );
  const messages = result.failed.map(({ id, message }) => [id, message] as const);
  assert.deepEqual(
    messages.map(([id]) => id),
    specs.slice(1, 5).map(runId),
  );
  assert.deepEqual(
    messages.map(([, message]) => message),
    [
      "no videos here; make them first",
      "its worker process was killed (SIGKILL): out of memory? try fewer --jobs",
      "its worker process ended with exit code 7",
      "a defect",
    ],
  );
  assert.equal(result.failed[0]!.label, "hmdb-like, K = 2, seed 0, clip + VgHIF");
});

test("a worker that cannot start fails its runs, not the program", async (t) => {
  const result = await runMissing(SPECS.slice(0, 2), openStore(temporaryFolder(t)), {
    jobs: 2,
    worker: path.join(__dirname, "no-such-worker.js"),
  });
  assert.equal(result.failed.length, 2);
  assert.match(result.failed[0]!.message, /its worker process ended with exit code 1: .*Cannot find module/);
});

test("an abort stops the workers at once, keeps what is finished, and leaves no half record", async (t) => {
  const store = openStore(temporaryFolder(t));
  const controller = new AbortController();
  const specs = [SPECS[0]!, ...SPECS.slice(1, 3).map((spec) => ({ ...spec, template: "{} hang" }))];
  const started = Date.now();
  const result = await runMissing(specs, store, {
    jobs: 1,
    worker: WORKER,
    signal: controller.signal,
    onState: ({ done, running }) => {
      if (done === 1 && running[0]?.event) controller.abort();
    },
  });
  assert.ok(Date.now() - started < 20_000);
  assert.deepEqual([result.done, result.failed.length, result.interrupted], [1, 0, true]);
  assert.deepEqual(fs.readdirSync(store.folder), [`${runId(SPECS[0]!)}.json`]);
});

test("runs that differ in seed and shots alone follow one another, each once", (t) => {
  const store = exampleStore(t, ({ seed, vghif }) => (seed === 1 && vghif ? 50 : null));
  const order = missingSpecs([...SPECS, ...SPECS], store).map(({ dataset, shots, seed, vghif }) =>
    [dataset, vghif ? "vghif" : "baseline", shots, seed].join(" "),
  );
  const rows = (dataset: string, row: string, seeds: readonly number[]): string[] =>
    seeds.flatMap((seed) => [2, 4].map((shots) => [dataset, row, shots, seed].join(" ")));
  assert.deepEqual(order, [
    ...rows("hmdb-like", "baseline", [0, 1, 2]),
    ...rows("hmdb-like", "vghif", [0, 2]),
    ...rows("ucf-like", "baseline", [0, 1, 2]),
    ...rows("ucf-like", "vghif", [0, 2]),
  ]);
});

test("two sweeps of the same runs at the same time: every record once, whole, and the first one's", async (t) => {
  const store = openStore(temporaryFolder(t));
  const specs = [...SPECS.slice(0, 12), ...SPECS.slice(0, 3)];
  const sweeps = [0, 1].map(() => runMissing(specs, store, { jobs: 2, worker: WORKER }));
  const seen = new Map<string, string>();
  const watch = setInterval(() => {
    for (const { id, finished } of store.list()) if (!seen.has(id)) seen.set(id, finished);
  }, 5);
  const results = await Promise.all(sweeps);
  clearInterval(watch);
  for (const { total, done, failed } of results) assert.deepEqual([total, done, failed], [12, 12, []]);
  assert.equal(fs.readdirSync(store.folder).length, 12);
  assert.ok(seen.size > 0);
  for (const [id, finished] of seen) assert.equal(store.read(id).finished, finished);
});

test("workers end when the process of their sweep is killed", async (t) => {
  const store = openStore(temporaryFolder(t));
  const script = `require(${JSON.stringify(require.resolve("vghif/dist/experiments/sweep.js"))}).runMissing(
    ${JSON.stringify(SPECS.slice(0, 2).map((spec) => ({ ...spec, template: "{} hang" })))},
    require(${JSON.stringify(require.resolve("vghif/dist/experiments/store.js"))}).openStore(${JSON.stringify(store.folder)}),
    { jobs: 2, worker: ${JSON.stringify(WORKER)}, onState: ({ running }) => {
      if (running.length === 2 && running.every(({ event }) => event)) console.log("both");
    } })`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  await once(parent.stdout, "data");
  const workers = childrenOf(parent.pid!);
  if (workers === null) return t.skip("SKIPPED: there is no /proc here to see the workers by");
  assert.equal(workers.length, 2);
  parent.kill("SIGKILL");
  for (let tries = 0; workers.some(isThere); tries++) {
    assert.ok(tries < 100, "a worker goes on without its parent");
    await sleep(50);
  }
});

function childrenOf(pid: number): readonly number[] | null {
  const file = `/proc/${pid}/task/${pid}/children`;
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split(" ").map(Number) : null;
}

function isThere(pid: number): boolean {
  return fs.existsSync(`/proc/${pid}`) && !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
}

test("a run whose record is there is not computed again; its signal reaches it", async (t) => {
  const store = openStore(temporaryFolder(t));
  const spec = SPECS[3]!;
  let calls = 0;
  const run = async () => {
    calls += 1;
    await sleep(1);
    return { ...exampleOutcome(61), datasetKind: "user", hashes: { weights: "w", manifest: "m" } } as const;
  };
  const file = await executeRun(spec, store, {}, run);
  assert.equal(file, store.file(runId(spec)));
  assert.equal(await executeRun(spec, store, {}, run), file);
  assert.equal(calls, 1);
  const aborted = executeRun(SPECS[4]!, store, { signal: AbortSignal.abort() }, run);
  await assert.rejects(aborted, { name: "AbortError" });
  assert.equal(store.has(runId(SPECS[4]!)), false);
});
