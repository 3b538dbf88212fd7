/**
 * What each of the compiler's passes is worth: the benchmark's rows with all passes, without each, and with none, in one
 * process and in turns, so that whatever else the machine does falls on all of them alike. Writes docs/passes.md and .json.
 *
 *   node scripts/measure-passes.mjs [--rows tower-b32,text,head-step] [--turns 15] [--out docs]
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";

const require = createRequire(import.meta.url);
const { benchRows } = require("../lib/dist/bench/rows.js");
const { forwardJob } = require("../lib/dist/bench/forward.js");
const { trainJob } = require("../lib/dist/bench/train-step.js");
const { ownCommand } = require("../lib/dist/bench/child.js");
const { PASS_NAMES } = require("../lib/dist/engine/compile/optimize.js");
const { startEngine } = require("../lib/dist/engine/index.js");

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "tower-b32,tower-b16,text,head-step" },
    turns: { type: "string", default: "15" },
    out: { type: "string", default: "docs" },
  },
});
const turns = Number(values.turns);
const load = os.loadavg()[0];

const VARIANTS = [
  ["all", PASS_NAMES],
  ...PASS_NAMES.map((name) => [`without ${name}`, PASS_NAMES.filter((other) => other !== name)]),
  ["none", []],
];

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
};

/** Seconds of every turn, by variant. */
async function measureRow(row) {
  const folder = mkdtempSync(path.join(os.tmpdir(), "vghif-passes-"));
  try {
    const work = path.join(folder, "work.json");
    const task = { weights: path.join(folder, "weights"), inputs: path.join(folder, "inputs") };
    writeFileSync(work, JSON.stringify(row.work));
    const { program, args, env } = ownCommand(["inputs", work, task.weights, task.inputs], 1);
    execFileSync(program, args, { env, stdio: ["ignore", "ignore", "inherit"] });
    const jobOf = row.work.kind === "head" || row.work.kind === "finetune" ? trainJob : forwardJob;
    const jobs = [];
    for (const [name, passes] of VARIANTS) jobs.push([name, await jobOf(row.work, task, { passes })]);
    const seconds = new Map(jobs.map(([name]) => [name, []]));
    for (let turn = -2; turn < turns; turn++) {
      const order = turn % 2 === 0 ? jobs : [...jobs].reverse();
      for (const [name, job] of order) {
        const start = performance.now();
        await job.run();
        if (turn >= 0) seconds.get(name).push((performance.now() - start) / 1e3);
      }
      process.stderr.write(`${row.id}: turn ${turn + 1} of ${turns}\n`);
    }
    return seconds;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Writes the rows that are measured so far. */
function save(results) {
  const cpu = os.cpus();
  const about = {
    date: new Date().toISOString().slice(0, 10),
    cpu: cpu[0].model.trim(),
    cores: cpu.length,
    node: process.version,
    turns,
    load: Number(load.toFixed(2)),
  };
  writeFileSync(path.join(values.out, "passes.json"), `${JSON.stringify({ about, results }, null, 1)}\n`);
  const lines = [
    "# What the compiler's passes are worth",
    "",
    `Time of one run relative to all passes together, median over ${turns} turns of the ratio within a turn (above 1: the pass`,
    "helps); written by `node scripts/measure-passes.mjs`. In brackets the median in milliseconds. What each pass does stands in",
    "[engine.md](engine.md).",
    "",
    `${about.date}, ${about.cpu}, ${about.cores} cores, Node ${about.node}; load average ${about.load} at the start.`,
    "",
    `| row | ${VARIANTS.map(([name]) => name).join(" | ")} |`,
    `| --- |${VARIANTS.map(() => " ---: |").join("")}`,
    ...results.map(
      ({ title, variants }) =>
        `| ${title} | ${variants.map((v) => `${v.ratio.toFixed(2)} (${(v.median * 1e3).toFixed(0)})`).join(" | ")} |`,
    ),
  ];
  writeFileSync(path.join(values.out, "passes.md"), `${lines.join("\n")}\n`);
  return lines.join("\n");
}

await startEngine("onnx");
const wanted = values.rows.split(",");
const rows = benchRows().filter(({ id }) => wanted.includes(id));
const results = [];
let page = "";
for (const row of rows) {
  const seconds = await measureRow(row);
  const whole = seconds.get("all");
  results.push({
    row: row.id,
    title: row.title,
    variants: [...seconds].map(([name, times]) => ({
      passes: name,
      median: median(times),
      // Of the same turn: what slows one slows the other.
      ratio: median(times.map((time, turn) => time / whole[turn])),
      seconds: times,
    })),
  });
  page = save(results);
}
console.log(page);
process.exit(0);
