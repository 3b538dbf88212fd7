/** The worker's side of a sweep: a child process that runs one spec after the other. Messages are plain JSON. */
import { messageOf, UserError } from "../errors.js";
import { executeRun, type RunFunction } from "./execute.js";
import { parseSpec } from "./parse-spec.js";
import type { RunEvent } from "./run-experiment.js";
import { openStore } from "./store.js";

/** From the sweep to its worker. */
export type WorkerOrder =
  | { readonly type: "run"; readonly spec: unknown; readonly records: string }
  /** End now; a run in progress leaves nothing behind. */
  | { readonly type: "stop" };

/** From a worker to its sweep. */
export type WorkerReport =
  | { readonly type: "progress"; readonly event: RunEvent }
  | { readonly type: "done"; readonly result?: unknown }
  /** `message`: one line; the stack of a defect goes to stderr. */
  | { readonly type: "failed"; readonly message: string };

/** Progress is reported at most this often, in milliseconds; a phase's first and last event always are. */
const REPORT_EVERY = 200;

/** What a worker does with an order: the result, plain JSON, goes back to the sweep. */
export type Work = (spec: unknown, records: string, onProgress: (event: RunEvent) => void) => Promise<unknown>;

/**
 * Serves runs until told to stop or left alone by the parent.
 *
 * @param run default: runExperiment; a test may give its own
 */
export function serveRuns(run?: RunFunction): void {
  serveOrders(async (unparsed, records, onProgress) => {
    const spec = parseSpec(unparsed, "the spec sent to a worker");
    await executeRun(spec, openStore(records), { onProgress }, run);
  });
}

/**
 * Does the work of every order, one after the other, until told to stop or left alone by the parent. Ctrl-C reaches the whole
 * process group: the parent decides, so it is ignored here.
 */
export function serveOrders(work: Work): void {
  process.on("SIGINT", () => undefined);
  process.on("disconnect", () => process.exit(1));
  process.on("message", (order: WorkerOrder) => {
    if (order.type === "stop") process.exit(0);
    void serve(order.spec, order.records, work).then(report);
  });
}

async function serve(spec: unknown, records: string, work: Work): Promise<WorkerReport> {
  try {
    return { type: "done", result: await work(spec, records, throttled()) };
  } catch (error) {
    if (!(error instanceof UserError)) console.error(error);
    return { type: "failed", message: messageOf(error).split("\n")[0] ?? "" };
  }
}

function throttled(): (event: RunEvent) => void {
  let last = 0;
  let phase = "";
  return (event) => {
    const now = Date.now();
    if (event.phase === phase && now - last < REPORT_EVERY && event.done < event.total) return;
    phase = event.phase;
    last = now;
    report({ type: "progress", event });
  };
}

function report(message: WorkerReport): void {
  if (process.connected) process.send?.(message);
}
