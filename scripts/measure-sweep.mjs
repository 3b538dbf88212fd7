#!/usr/bin/env node
/** Many small runs through the real worker processes: how fast they go, and how busy they keep the cores. Linux. Build first. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const require = createRequire(import.meta.url);
const { prepare } = require("vghif/dist/experiments/prepare.js");
const { SMOKE_RECIPES } = require("vghif/dist/experiments/recipes.js");
const { openStore } = require("vghif/dist/experiments/store.js");
const { runMissing } = require("vghif/dist/experiments/sweep.js");
const { VGHIF_DEFAULTS } = require("vghif/dist/models/vghif-config.js");

const HELP = `node scripts/measure-sweep.mjs [OPTIONS]
  --runs N        runs; half of them baselines, half with VgHIF (default 1000)
  --epochs N      epochs of a run (default 1; the smoke recipe has 20)
  --shots K       videos a class (default 2)
  --dataset NAME  default hmdb-like; made where it is absent (VGHIF_DATA)
  --model NAME    family of the backbone (default clip)
  --jobs N        worker processes (default: the number of cores)
Features are cached before the clock starts. Prints one line of JSON: seconds, runs a second; \`busy\`, the share of the cores'
time that the workers and this process used; \`ready\`, the share of moments at which a worker had something to compute, which
other programs on the machine do not lower; most memory of a worker after the first tenth of the runs and at the end (MB).`;

const { values: given } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    runs: { type: "string", default: "1000" },
    epochs: { type: "string", default: "1" },
    shots: { type: "string", default: "2" },
    dataset: { type: "string", default: "hmdb-like" },
    model: { type: "string", default: "clip" },
    jobs: { type: "string", default: String(os.availableParallelism()) },
  },
});
if (given.help) {
  console.log(HELP);
  process.exit(0);
}
const [runs, epochs, shots, jobs] = ["runs", "epochs", "shots", "jobs"].map((name) => Number(given[name]));

const recipe = SMOKE_RECIPES[given.model];
const base = { scale: "smoke", dataset: given.dataset, seed: 0, ...recipe, vghif: null, evaluate: "test" };
const train = { ...recipe.train, epochs, warmupEpochs: 0 };
const spec = (at) => ({
  ...base,
  task: "few-shot",
  shots,
  seed: Math.floor(at / 2),
  vghif: at % 2 === 0 ? null : VGHIF_DEFAULTS,
  train,
});
const specs = Array.from({ length: runs }, (_, at) => spec(at));
const warmUp = { ...base, task: "full", shots: null, train: { ...train, epochs: 1 } };

const folder = mkdtempSync(path.join(os.tmpdir(), "vghif sweep "));
try {
  const store = openStore(folder);
  await prepare([warmUp]);
  await sweep([warmUp], store);
  const [cpu, begun] = [cpuSeconds(), performance.now()];
  const ready = watchReady();
  await sweep(specs, store);
  const readyShare = ready();
  const seconds = (performance.now() - begun) / 1000;
  const busy = (cpuSeconds() - cpu) / (seconds * os.availableParallelism());
  const records = store.list().sort((a, b) => (a.finished < b.finished ? -1 : 1));
  const peak = (some) => Math.max(...some.map(({ peakRssMb }) => peakRssMb));
  console.log(
    JSON.stringify({
      ...{ runs, epochs, shots, jobs, model: given.model, cores: os.availableParallelism() },
      seconds: Number(seconds.toFixed(1)),
      runsPerSecond: Number((runs / seconds).toFixed(2)),
      busy: Number(busy.toFixed(3)),
      ready: Number(readyShare.toFixed(3)),
      peakRssMb: { early: peak(records.slice(0, Math.ceil(records.length / 10))), end: peak(records) },
    }),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function sweep(some, store) {
  const { failed } = await runMissing(some, store, { jobs });
  if (failed.length > 0) throw new Error(`${failed.length} runs failed: ${failed[0].message}`);
}

/** Looks at the workers' threads now and then; the function that it returns ends that and tells the share of ready workers. */
function watchReady() {
  let [seen, ready] = [0, 0];
  const timer = setInterval(() => {
    for (const pid of words(`/proc/${process.pid}/task/${process.pid}/children`)) {
      seen += 1;
      const threads = ids(`/proc/${pid}/task`).map((thread) => words(`/proc/${pid}/task/${thread}/stat`));
      if (threads.some((fields) => fields.includes("R") || fields.includes("D"))) ready += 1;
    }
  }, 25);
  return () => {
    clearInterval(timer);
    return ready / seen;
  };
}

/** Words of a file of /proc; none where the process has just ended. */
function words(file) {
  try {
    return readFileSync(file, "utf8").trim().split(" ").filter(Boolean);
  } catch {
    return [];
  }
}

function ids(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Processor time of this process and of its children that have ended, in seconds. */
function cpuSeconds() {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ");
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return ticks / 100;
}
