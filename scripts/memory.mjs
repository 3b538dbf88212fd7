#!/usr/bin/env node
/**
 * The memory that training of every parameter of a CLIP takes, on random weights and pixels; --help says how to ask. Build first.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseArgs } from "node:util";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const require = createRequire(import.meta.url);
const { startEngine } = require("vghif/dist/engine/index.js");
const { CLIP_SIZES, clipShapes } = require("vghif/dist/models/clip-config.js");
const { textBatch } = require("vghif/dist/models/clip.js");
const { FAMILIES } = require("vghif/dist/models/families.js");
const { recognize, textTokens, videoTokens } = require("vghif/dist/models/recognizer.js");
const { tf } = require("vghif/dist/nn/array.js");
const { inParts } = require("vghif/dist/train/batches.js");
const { train } = require("vghif/dist/train/loop.js");
const { crossEntropy } = require("vghif/dist/train/loss.js");
const { zeros } = require("vghif/dist/train/state.js");

const HELP = `node scripts/memory.mjs [OPTIONS]
  --size SIZE       small (default), or an official size such as ViT-B/16
  --frames N        frames a video (default 8)
  --batch N         videos a step (default 2)
  --micro N         videos at a time (default: all of a step)
  --remat           compute the towers' blocks again for their gradient
  --classes N       prompts (default 51)
  --steps N         optimiser steps (default 3)
  --growth MB       most that memory may grow (default 8)
Prints one line of JSON: most memory held (MB, of 10^6 bytes) by the steps, and with the final state that is handed out; how much
more memory the process held in the last tenth of the steps than in the second tenth; seconds of the first step, which compiles,
and of a step (median). Exit code 1 where memory grew by more than it may.`;

const { values: given } = parseArgs({
  options: {
    help: { type: "boolean", default: false },
    size: { type: "string", default: "small" },
    frames: { type: "string", default: "8" },
    batch: { type: "string", default: "2" },
    micro: { type: "string" },
    classes: { type: "string", default: "51" },
    steps: { type: "string", default: "3" },
    growth: { type: "string", default: "8" },
    remat: { type: "boolean", default: false },
  },
});
if (given.help) {
  console.log(HELP);
  process.exit(0);
}
const [frames, batch, classes, steps] = ["frames", "batch", "classes", "steps"].map((name) => Number(given[name]));
const micro = given.micro ? Number(given.micro) : null;

/** Twelve blocks a tower as the official sizes, but narrow: a step takes a fraction of a second. */
const SMALL = {
  ...CLIP_SIZES["ViT-B/32"],
  ...{ imageResolution: 64, patchSize: 16, visionWidth: 64, visionHeads: 1, textWidth: 64, textHeads: 1, embedDim: 64 },
};
const sizes = given.size === "small" ? SMALL : CLIP_SIZES[given.size];
if (!sizes) throw new Error(`--size must be small or one of ${Object.keys(CLIP_SIZES).join(", ")}`);
const clip = { ...sizes, ...(given.remat ? { remat: true } : {}) };

/** MB that the process holds now, and the most it has held. */
function held() {
  if (process.platform !== "linux") {
    return { now: process.memoryUsage.rss() / 1e6, most: process.resourceUsage().maxRSS / 1e3 };
  }
  const status = readFileSync("/proc/self/status", "utf8");
  const line = (name) => (1024 * Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1])) / 1e6;
  return { now: line("VmRSS"), most: line("VmHWM") };
}

/** Numbers between -0.03 and 0.03, around 1 for the gains of norms. */
function startValues(name, shape) {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const middle = /ln[^.]*\.weight$/.test(name) ? 1 : 0;
  let state = data.length;
  for (let at = 0; at < data.length; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    data[at] = middle + 0.03 * (state / 2 ** 31 - 1);
  }
  return { dtype: "F32", shape, data };
}

const { backend, threads } = await startEngine();
const params = Object.fromEntries([...clipShapes(clip)].map(([name, shape]) => [name, startValues(name, shape)]));
const parameters = Object.values(params).reduce((sum, { data }) => sum + data.length, 0);
const prompts = Array.from({ length: classes }, (_, k) => [49406, 320, 1125, 539, 320, 1000 + k, 269, 49407]);
const text = textBatch(prompts);
const config = { backbone: FAMILIES.clip.ofConfig(clip), vghif: null };
const size = clip.imageResolution;

const load = (places) => ({
  pixels: tf.randomNormal([places.length, frames, 3, size, size], 0, 1, "float32", 1 + places[0]),
  labels: tf.tensor1d(
    places.map((place) => place % classes),
    "int32",
  ),
});
const rows = (step) => Array.from({ length: batch }, (_, at) => step * batch + at);
const problem = {
  lossOf: (trained, { pixels, labels }) => {
    const video = videoTokens(trained, config, pixels);
    return crossEntropy(recognize(trained, config, video, textTokens(trained, config, text)).logits, labels);
  },
  groups: [{ names: Object.keys(params), lr: 1e-5, weightDecay: 0.001 }],
  schedule: { steps, warmupSteps: 0, minLr: 0 },
  stepsPerEpoch: steps,
  batchAt: (step) => load(rows(step)),
  ...(micro
    ? {
        microBatchesAt: (step) =>
          inParts(rows(step), micro).map(({ part, share }) => ({ share, load: () => load(part) })),
      }
    : {}),
  disposeBatch: (made) => tf.dispose(made),
};

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
/** MB after every fifth step. */
const memory = [];
const seconds = [];
let loss = 0;
let steadyMost = 0;
let last = performance.now();
const start = { step: 0, params, m: zeros(params), v: zeros(params) };
for await (const event of train(problem, start, { handOver: true })) {
  const now = performance.now();
  seconds.push((now - last) / 1000);
  last = now;
  loss = event.loss;
  steadyMost = held().most;
  if (event.step % 5 === 0) {
    collect(); // else the garbage of some steps counts at random
    memory.push(held().now);
  }
  if (process.stderr.isTTY) process.stderr.write(`\rstep ${event.step} of ${steps}`);
}
if (process.stderr.isTTY) process.stderr.write("\n");

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const tenth = Math.floor(memory.length / 10);
// The least of a tenth: what else there is at times is garbage of the sessions' thread.
const growth = tenth > 0 ? Math.min(...memory.slice(-tenth)) - Math.min(...memory.slice(tenth, 2 * tenth)) : null;
const fixed = (value) => (value == null ? null : Number(value.toFixed(1)));
console.log(
  JSON.stringify({
    ...{ size: given.size, parameters, frames, batch, micro, remat: given.remat, classes, steps },
    ...{ stepsMostMB: fixed(steadyMost), mostMB: fixed(held().most), growthMB: fixed(growth), loss },
    ...{ secondsFirst: fixed(seconds[0]), secondsStep: fixed(median(seconds.slice(1))), backend, threads },
  }),
);
if (growth !== null && growth > Number(given.growth)) {
  console.error(`memory grew by ${growth.toFixed(1)} MB, more than ${given.growth}`);
  process.exitCode = 1;
}
