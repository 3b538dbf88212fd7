/** A sweep on Slurm seen as one on this machine: submitted, waited for, its end told in the same words. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../../errors.js";
import { runLabel } from "../execute.js";
import { runId } from "../id.js";
import type { RunSpec } from "../spec.js";
import type { RecordStore } from "../store.js";
import {
  type FailedRun,
  missingSpecs,
  type SweepOptions,
  type SweepResult,
  type SweepState,
  unique,
} from "../sweep.js";
import type { SlurmConfig } from "./config.js";
import { type SweepStatus, sweepStatus } from "./status.js";
import { submitSweep } from "./submit.js";
import type { SlurmSweep } from "./sweep-folder.js";

/** Milliseconds between two looks at the queue. */
const EVERY = 3000;

/** For so many milliseconds a controller that does not answer is waited for. */
const PATIENCE = 600_000;

/**
 * Submits what has no record and waits until no task of it is in the queue. An abort ends the waiting, not the tasks; a second
 * call goes on where the first one was, and submits what was lost anew.
 *
 * @throws UserError where Slurm is not here, refuses, or does not answer for ten minutes
 */
export async function runOnSlurm(
  specs: readonly RunSpec[],
  store: RecordStore,
  config: SlurmConfig,
  options: Pick<SweepOptions, "signal" | "onState"> = {},
): Promise<SweepResult> {
  const missing = missingSpecs(specs, store);
  const { sweep, earlier } = await submitSweep(missing, store, config);
  const sweeps = sweep ? [...earlier, sweep] : earlier;
  const end = await awaitSweeps(sweeps, store, new Set(missing.map(runId)), options);
  return { ...end, kept: unique(specs).length - missing.length };
}

/**
 * Waits until none of the sweeps has a task in the queue that has one of these runs.
 *
 * @param wanted ids of the runs that count
 */
export async function awaitSweeps(
  sweeps: readonly SlurmSweep[],
  store: RecordStore,
  wanted: ReadonlySet<string>,
  { signal, onState }: Pick<SweepOptions, "signal" | "onState"> = {},
): Promise<Omit<SweepResult, "kept">> {
  let state: SweepState = { total: wanted.size, done: 0, failed: [], running: [] };
  let last = "";
  let ended = false;
  while (sweeps.length > 0 && !signal?.aborted) {
    const statuses = await patiently(() => sweepStatus(sweeps, store), signal);
    state = stateOf(statuses, wanted);
    const text = JSON.stringify(state);
    if (text !== last) onState?.(state);
    last = text;
    const over = state.done + state.failed.length === state.total;
    // What seems lost is looked for once more: a shared file system may show records late.
    if (over && (ended || statuses.every(({ lost }) => lost.length === 0))) break;
    ended = over;
    await sleep(EVERY, undefined, signal ? { signal } : {}).catch(() => undefined);
  }
  return { ...state, interrupted: signal?.aborted ?? false };
}

function stateOf(statuses: readonly SweepStatus[], wanted: ReadonlySet<string>): SweepState {
  const open = (specs: readonly RunSpec[]): readonly RunSpec[] => specs.filter((spec) => wanted.has(runId(spec)));
  const running = open(statuses.flatMap((status) => status.running));
  const waiting = open(statuses.flatMap((status) => status.waiting));
  const unfinished = new Set([...running, ...waiting].map(runId));
  const failed = new Map<string, FailedRun>();
  for (const run of statuses.flatMap((status) => [...status.failed, ...status.lost])) {
    if (wanted.has(run.id) && !unfinished.has(run.id)) failed.set(run.id, run);
  }
  return {
    total: wanted.size,
    done: wanted.size - unfinished.size - failed.size,
    failed: [...failed.values()],
    running: running.map((spec) => ({ id: runId(spec), label: runLabel(spec), event: null })),
  };
}

/** Asks again for a while where the controller does not answer: it may be starting anew. */
async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const begun = Date.now();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof UserError) || Date.now() - begun > PATIENCE || signal?.aborted) throw error;
      await sleep(EVERY, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}
