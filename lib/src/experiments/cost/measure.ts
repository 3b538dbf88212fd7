/** Time and memory of a baseline and its twin, on this machine. */
import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { startEngine } from "../../engine/index.js";
import { messageOf, UserError } from "../../errors.js";
import type { VideoTextBackbone } from "../../models/backbone.js";
import type { Params } from "../../nn/array.js";
import { medianSummary } from "./median.js";
import { type Recognition, recognition, type SideName } from "./model.js";
import type { MeasuredCost } from "./record.js";
import { type CostSpec, costLabel } from "./spec.js";

export interface MeasureOptions {
  readonly signal?: AbortSignal;
  /** After every pair of timings and every process. */
  readonly onStep?: (done: number, total: number) => void;
}

/** Runs before a clock starts. */
const WARM_UP = 3;

/**
 * Measures a spec that has a timing. Both sides' programs stay loaded in this process and take turns, so that what slows the
 * machine down slows both; memory is taken in processes of their own.
 */
export async function measureCost(
  spec: CostSpec,
  backbone: VideoTextBackbone,
  params: Params,
  { signal, onStep }: MeasureOptions = {},
): Promise<MeasuredCost> {
  if (!spec.timing) throw new Error(`${costLabel(spec)} is counted alone, not measured`);
  const { rounds, roundMs, processes } = spec.timing;
  const total = rounds + 2 * processes;
  const { backend, device, threads } = await startEngine();
  const baseline = await recognition(spec, backbone, params, "baseline");
  const vghif = await recognition(spec, backbone, params, "vghif");
  const sides = { baseline: await ready(baseline, roundMs), vghif: await ready(vghif, roundMs) };
  const times: { baseline: number; vghif: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    signal?.throwIfAborted();
    // Neither side always goes first.
    const order: readonly SideName[] = round % 2 === 0 ? ["baseline", "vghif"] : ["vghif", "baseline"];
    const pair = { baseline: 0, vghif: 0 };
    for (const side of order) pair[side] = await timeOf(sides[side]);
    times.push(pair);
    onStep?.(round + 1, total);
  }
  await baseline.release();
  await vghif.release();
  const peaks = { baseline: [] as number[], vghif: [] as number[] };
  for (let count = 0; count < processes; count++) {
    for (const side of ["baseline", "vghif"] as const) {
      peaks[side].push(await peakOf(spec, side, threads, signal));
      onStep?.(rounds + peaks.baseline.length + peaks.vghif.length, total);
    }
  }
  return {
    backend,
    device,
    threads,
    milliseconds: {
      baseline: medianSummary(times.map((pair) => pair.baseline)),
      vghif: medianSummary(times.map((pair) => pair.vghif)),
    },
    slowdown: medianSummary(times.map((pair) => 100 * (pair.vghif / pair.baseline - 1))),
    peakRssMb: { baseline: medianSummary(peaks.baseline), vghif: medianSummary(peaks.vghif) },
  };
}

interface Timed {
  readonly recognition: Recognition;
  /** Runs that together take the round's time. */
  readonly runs: number;
}

async function ready(side: Recognition, roundMs: number): Promise<Timed> {
  for (let count = 0; count < WARM_UP; count++) await side.run();
  const once = await timeOf({ recognition: side, runs: WARM_UP });
  return { recognition: side, runs: Math.max(1, Math.ceil(roundMs / once)) };
}

/** Milliseconds a run. */
async function timeOf({ recognition: side, runs }: Timed): Promise<number> {
  const begun = performance.now();
  for (let count = 0; count < runs; count++) await side.run();
  return (performance.now() - begun) / runs;
}

/** MiB. */
async function peakOf(spec: CostSpec, side: SideName, threads: number, signal?: AbortSignal): Promise<number> {
  const args = [path.join(__dirname, "child-main.js"), JSON.stringify(spec), side];
  const env = { ...process.env, VGHIF_THREADS: String(threads) };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env, ...(signal ? { signal } : {}) });
    const report = JSON.parse(stdout.trim().split("\n").at(-1)!) as { readonly peakBytes: number };
    return report.peakBytes / 2 ** 20;
  } catch (error) {
    signal?.throwIfAborted();
    throw new UserError(
      `the memory of ${costLabel(spec)} could not be measured: ${messageOf(error).split("\n").slice(0, 2).join(" ")}`,
    );
  }
}
