/** A piece of work that is ready to run, and how it is timed. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { HostTensor } from "../weights/safetensors.js";
import type { Effort } from "./task.js";

export interface Job {
  /** One run, from values in memory to values in memory. */
  run(): Promise<void>;
  /** The same work without the fusion, where that is what is asked. */
  baseline?(): Promise<void>;
  /** What is left to do after a run, outside the clock. */
  after?(): Promise<void>;
  /** What is compared with the peer; computed from the start, whatever ran before. `onRun` hears of every run that it takes. */
  check(onRun: () => void): Promise<Map<string, HostTensor>>;
  /** Peak memory in bytes of the process that does the work, where that is not this one. */
  peakBytes?(): number;
}

export interface Timing {
  readonly seconds: number[];
  readonly baseline: number[];
}

/** Warm-up runs end after this many seconds. */
const WARMUP_SECONDS = 3;
/** Measuring ends after this many times the wanted seconds, even where it is less than the wanted runs. */
const PATIENCE = 3;

/** Warms up, then measures; `onRun` hears of every run. Baseline and run take turns, so that noise hits both. */
export async function measure(job: Job, effort: Effort, onRun: () => void): Promise<Timing> {
  const timing: Timing = { seconds: [], baseline: [] };
  const once = async (work: () => Promise<void>): Promise<number> => {
    const start = performance.now();
    await work();
    const seconds = (performance.now() - start) / 1e3;
    await job.after?.();
    onRun();
    await nextTurn();
    return seconds;
  };
  const both = async (): Promise<number> => {
    const before = job.baseline ? await once(() => job.baseline!()) : null;
    const own = await once(() => job.run());
    timing.seconds.push(own);
    if (before !== null) timing.baseline.push(before);
    return own + (before ?? 0);
  };
  let spent = 0;
  for (let run = 0; run < effort.warmups && spent < WARMUP_SECONDS; run++) spent += await both();
  timing.seconds.length = 0;
  timing.baseline.length = 0;
  spent = 0;
  do {
    spent += await both();
  } while (spent < effort.seconds || (timing.seconds.length < effort.runs && spent < PATIENCE * effort.seconds));
  return timing;
}
