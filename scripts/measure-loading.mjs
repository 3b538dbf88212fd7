#!/usr/bin/env node
/**
 * Memory of many decodes, and videos a second by number of workers; --help says how to ask. Build first.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const require = createRequire(import.meta.url);
const { loadClips } = require("vghif/dist/data/loader/load-clips.js");
const { videoTransform } = require("vghif/dist/data/frames/transforms.js");

const HELP = `node scripts/measure-loading.mjs [OPTIONS] [VIDEOS...]
  --decodes N       clips to load, the videos in turns (default 2000)
  --frames N        frames a clip (default 8)
  --workers A,B     decoder workers, one after another in rounds (default 2)
  --rounds N        rounds, the numbers of workers in turns (default 1)
  --growth MB       most that memory may grow within a number of workers (default 16)
Without VIDEOS: the project's own media. Prints a line of JSON a round and number of workers: clips a second; memory held (MB of
10^6 bytes) after the second tenth of the decodes, after the last, and at most. Exit code 1 where memory grew by more.`;

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: "boolean", default: false },
    decodes: { type: "string", default: "2000" },
    frames: { type: "string", default: "8" },
    workers: { type: "string", default: "2" },
    rounds: { type: "string", default: "1" },
    growth: { type: "string", default: "16" },
  },
});
if (given.help) {
  console.log(HELP);
  process.exit(0);
}
const media = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "notebooks", "media");
const videos =
  positionals.length > 0 ? positionals.map((file) => path.resolve(file)) : [path.join(media, "forecourt.mp4")];
const [decodes, frames, rounds] = ["decodes", "frames", "rounds"].map((name) => Number(given[name]));

/** MB that the process holds now, and the most it has held. */
function held(name) {
  if (process.platform !== "linux") return process.memoryUsage.rss() / 1e6;
  return (1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync("/proc/self/status", "utf8"))[1])) / 1e6;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");

for (let round = 0; round < rounds; round++) {
  for (const workers of given.workers.split(",").map(Number)) {
    const samples = Array.from({ length: decodes }, (_, at) => ({ path: videos[at % videos.length], label: 0 }));
    // Least of a tenth: what else there is at times is garbage.
    const tenths = Array(10).fill(Number.POSITIVE_INFINITY);
    let done = 0;
    let errors = 0;
    const start = performance.now();
    const root = path.parse(videos[0]).root;
    const inRoot = samples.map((sample) => ({ ...sample, path: path.relative(root, sample.path) }));
    for await (const clip of loadClips(root, inRoot, { frames, transform: videoTransform(224), workers })) {
      if ("error" in clip) errors++;
      if (done % 50 === 0) collect(); // else the garbage of some clips counts at random
      const tenth = Math.min(9, Math.floor((10 * done++) / decodes));
      tenths[tenth] = Math.min(tenths[tenth], held("VmRSS"));
    }
    const seconds = (performance.now() - start) / 1000;
    const growth = tenths[9] - tenths[1];
    const fixed = (value) => Number(value.toFixed(1));
    console.log(
      JSON.stringify({
        ...{ workers, frames, decodes, errors, clipsPerSecond: fixed(decodes / seconds) },
        ...{ secondTenthMB: fixed(tenths[1]), lastTenthMB: fixed(tenths[9]), growthMB: fixed(growth) },
        mostMB: fixed(held("VmHWM")),
      }),
    );
    if (growth > Number(given.growth)) process.exitCode = 1;
  }
}
