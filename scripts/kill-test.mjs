#!/usr/bin/env node
/**
 * Kills a command of vghif at random moments and runs it again, until it ends: its records must be those of a command that
 * nobody killed, byte for byte but for times and memory. Build first; --help says how to ask.
 */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const require = createRequire(import.meta.url);
const { random } = require("vghif/dist/data/random.js");

const HELP = `node scripts/kill-test.mjs [OPTIONS] [-- COMMAND OF vghif]
  --kills N   how often (default 20)
  --seed N    draws the moments (default 1)
  --part X    a moment is at most this part of the undisturbed command's time after a start (default 0.4)
  --from DIR  a folder with the records/ (and maybe a cache/) of an earlier such command, which every round starts with
  --open N    but for N of its runs' records, drawn (default 5): a long command then becomes short
The command (default: few-shot hmdb-like --shots 2 --seeds 2) gets folders of its own for records and cache, and for data where
VGHIF_DATA does not say; {} in it is a folder of its own for anything else:
  node scripts/kill-test.mjs -- reproduce ablation-tokens --out {}/report
Every second kill meets its parent process alone: the workers must then end by themselves. Exit code 1
where a record differs, is missing or too many, or a process is left.`;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", default: false },
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    part: { type: "string", default: "0.4" },
    from: { type: "string" },
    open: { type: "string", default: "5" },
  },
});
if (given.help) {
  console.log(HELP);
  process.exit(0);
}
const kills = Number(given.kills);
const draw = random(Number(given.seed));
const command = positionals.length > 0 ? positionals : ["few-shot", "hmdb-like", "--shots", "2", "--seeds", "2"];
const vghif = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "lib", "bin", "vghif.js");
const root = mkdtempSync(path.join(os.tmpdir(), "vghif kill "));

try {
  const begun = performance.now();
  const undisturbed = await ended(start("undisturbed"));
  if (undisturbed.code !== 0) throw new Error(`the command itself ends with exit code ${undisturbed.code}`);
  const seconds = (performance.now() - begun) / 1000;
  const expected = recordsIn("undisturbed");
  console.log(`undisturbed: ${expected.size} records in ${seconds.toFixed(1)} s`);

  let done = 0;
  let lives = 0;
  for (let round = 1; done < kills; round++) {
    const name = `round-${round}`;
    for (;;) {
      const run = start(name);
      lives += 1;
      const after = 1000 * seconds * Number(given.part) * draw.next();
      const end = done < kills ? await Promise.race([ended(run), sleep(after)]) : await ended(run);
      if (end) {
        if (end.code !== 0) throw new Error(`${name} ended with exit code ${end.code}:\n${end.stderr}`);
        break;
      }
      const alone = done % 2 === 1;
      const family = descendants(run.child.pid);
      process.kill(alone ? run.child.pid : -run.child.pid, "SIGKILL");
      await ended(run);
      done += 1;
      await allGone(family);
      console.log(
        `${name}: kill ${done} after ${(after / 1000).toFixed(2)} s (${alone ? "parent" : "all"}), ${recordsIn(name).size} records`,
      );
    }
    compare(expected, recordsIn(name), name);
    rmSync(path.join(root, name), { recursive: true, force: true });
  }
  console.log(`${done} kills in ${lives} starts: the same ${expected.size} records`);
} finally {
  rmSync(root, { recursive: true, force: true });
}

function start(name) {
  const folder = path.join(root, name);
  const env = {
    VGHIF_DATA: path.join(folder, "data"),
    VGHIF_CHECKPOINT_SECONDS: "0.2",
    ...process.env,
    VGHIF_RECORDS: path.join(folder, "records"),
    VGHIF_CACHE: path.join(folder, "cache"),
  };
  if (given.from && !existsSync(folder)) begin(folder);
  const args = command.map((word) => word.replaceAll("{}", folder));
  const child = spawn(process.execPath, [vghif, ...args], {
    env,
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const run = { child, stderr: "" };
  child.stderr.setEncoding("utf8").on("data", (text) => {
    run.stderr = (run.stderr + text).slice(-4000);
  });
  run.end = new Promise((resolve) => child.once("exit", (code) => resolve(code)));
  return run;
}

/** A round's folder as --from and --open say; the same records are missing in every round. */
function begin(folder) {
  cpSync(given.from, folder, { recursive: true });
  const records = path.join(folder, "records");
  const runs = readdirSync(records).filter((file) => /^[0-9a-f]{64}\.json$/.test(file));
  for (const file of random("open").shuffle(runs.sort()).slice(0, Number(given.open))) rmSync(path.join(records, file));
}

async function ended(run) {
  return { code: await run.end, stderr: run.stderr };
}

/** Records by file name, without what differs from one time to the next. */
function recordsIn(name) {
  const folder = path.join(root, name, "records");
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
  return new Map(
    files.map((file) => {
      const {
        seconds: _,
        finished: __,
        peakRssMb: ___,
        measured: ____,
        ...rest
      } = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
      return [file, JSON.stringify(rest)];
    }),
  );
}

function compare(expected, found, name) {
  const wrong = [...expected].flatMap(([file, text]) => {
    const other = found.get(file);
    return other === text ? [] : [`${file} ${other === undefined ? "is missing" : difference(text, other)}`];
  });
  const more = [...found.keys()].filter((file) => !expected.has(file)).map((file) => `${file} is too many`);
  if (wrong.length + more.length > 0) throw new Error(`${name}: ${[...wrong, ...more].join("; ")}`);
}

/** Where two texts part, in some words of both. */
function difference(expected, found) {
  let at = 0;
  while (expected[at] === found[at]) at += 1;
  const [a, b] = [expected, found].map((text) => text.slice(Math.max(0, at - 60), at + 30));
  return `differs: expected ...${a}..., found ...${b}...`;
}

/** Processes below this one, by /proc. */
function descendants(pid) {
  const parents = new Map();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const parent = parentOf(entry);
    if (parent !== null) parents.set(Number(entry), parent);
  }
  const family = [pid];
  for (const one of family) for (const [child, parent] of parents) if (parent === one) family.push(child);
  return family.slice(1);
}

function parentOf(pid) {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
    return state === "Z" ? null : Number(parent);
  } catch {
    return null;
  }
}

async function allGone(pids) {
  const alive = () => pids.filter((pid) => parentOf(pid) !== null);
  for (let tries = 0; alive().length > 0; tries++) {
    if (tries > 200) throw new Error(`processes ${alive().join(", ")} go on without their parent`);
    await sleep(50);
  }
}
