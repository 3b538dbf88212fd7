/**
 * Seconds and memory of reading a manifest of Kinetics' size, 240 000 rows: read whole, and as a stream. Each in a process of its own.
 *
 *   node scripts/measure-csv.mjs [--rows 240000] [--repeat 5]
 *
 * Prints, of each way: median seconds, the longest time that the event loop stood still, peak memory of the process (maximum
 * resident set) and what it had before reading, in MB. Exits with 1 where a way takes 2 s or 300 MB or more.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const LIMIT = { seconds: 2, megabytes: 300 };
const WAYS = ["readDataset", "loadDataset"];

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "240000" },
    repeat: { type: "string", default: "5" },
    child: { type: "string" },
    folder: { type: "string" },
  },
});

if (values.child) await child(values.child, values.folder);
else process.exitCode = parent(Number(values.rows), Number(values.repeat));

async function child(way, folder) {
  const require = createRequire(import.meta.url);
  const manifest = require("vghif/dist/data/manifest.js");
  const before = process.memoryUsage.rss();
  let stopped = 0;
  let last = performance.now();
  const ticks = setInterval(() => {
    stopped = Math.max(stopped, performance.now() - last);
    last = performance.now();
  }, 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  stopped = 0;
  const started = performance.now();
  const dataset = await manifest[way](folder);
  const seconds = (performance.now() - started) / 1000;
  await new Promise((resolve) => setTimeout(resolve, 20));
  clearInterval(ticks);
  const peak = process.resourceUsage().maxRSS / 1000;
  const rows = dataset.splits.train.length;
  console.log(JSON.stringify({ seconds, stopped: stopped / 1000, before: before / 1e6, peak, rows }));
}

function parent(rows, repeat) {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif-csv-"));
  try {
    writeManifest(folder, rows);
    let within = true;
    for (const way of WAYS) {
      const runs = Array.from({ length: repeat }, () => measured(way, folder));
      const median = (key) => runs.map((run) => run[key]).sort((a, b) => a - b)[Math.floor(repeat / 2)];
      const seconds = median("seconds");
      const peak = Math.max(...runs.map((run) => run.peak));
      within &&= seconds < LIMIT.seconds && peak < LIMIT.megabytes;
      const stopped = `event loop stopped ${median("stopped").toFixed(3)} s`;
      console.log(
        `${way}: ${runs[0].rows} rows in ${seconds.toFixed(2)} s, ${stopped}, ` +
          `peak ${peak.toFixed(0)} MB (${median("before").toFixed(0)} MB before)`,
      );
    }
    return within ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function measured(way, folder) {
  const script = fileURLToPath(import.meta.url);
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, "--child", way, "--folder", folder], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

/** 400 classes, paths as long as those of Kinetics, two videos a group. */
function writeManifest(folder, rows) {
  const head = { name: "large", title: "Large", kind: "real", source: "", licence: "" };
  writeFileSync(path.join(folder, "dataset.json"), JSON.stringify(head));
  const classes = Array.from({ length: 400 }, (_, id) => `${id},playing instrument ${id}`);
  writeFileSync(path.join(folder, "classes.csv"), `id,name\n${classes.join("\n")}\n`);
  const lines = Array.from({ length: rows }, (_, i) => {
    const label = i % 400;
    const clip = `${(i * 7919).toString(36).padStart(11, "a")}_${String(i % 600).padStart(6, "0")}_000010`;
    return `playing instrument ${label}/${clip}.mp4,${label},group-${i >> 1}`;
  });
  writeFileSync(path.join(folder, "train.csv"), `path,label,group\n${lines.join("\n")}\n`);
}
