/** Starts tfjs's wasm backend under Node, with threads, and replaces the kernels that it does slowly or lacks. */
import os from "node:os";
import path from "node:path";
import { type BackendWasm, getThreadsCount, setThreadsCount, setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { tf } from "../../nn/array.js";
import { registerMatMul } from "./matmul.js";
import { registerSegmentSum } from "./segment-sum.js";
import { registerTile } from "./tile.js";

/** Most threads that the wasm binary's pool takes. */
const MOST_THREADS = 4;

let started: Promise<number> | undefined;

/**
 * Starts the backend, the first time, makes it tfjs's current one, and returns the threads that it really has. One thread
 * uses the plain SIMD binary (starts in 15 ms); more use the threaded one (250 ms). Threads pay on an idle machine only:
 * each op then waits for a thread that a busy machine may not run at once.
 */
export async function startWasm(threads: number): Promise<number> {
  started ??= firstStart(Math.min(threads, MOST_THREADS));
  const count = await started;
  await tf.setBackend("wasm");
  return count;
}

async function firstStart(threads: number): Promise<number> {
  const home = path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
  setWasmPaths(path.join(home, "dist") + path.sep);
  await withoutHandlers(() => (threads > 1 ? withThreads(threads) : tf.setBackend("wasm")));
  if (tf.getBackend() !== "wasm") return threads; // the caller says so
  registerMatMul(getThreadsCount());
  registerSegmentSum();
  registerTile();
  return getThreadsCount();
}

/** The binary's loader rethrows every uncaught error from its own code, which hides where it came from: it must not. */
async function withoutHandlers(start: () => Promise<unknown>): Promise<void> {
  const events = ["uncaughtException", "unhandledRejection"];
  const before = events.map((event) => new Set(process.rawListeners(event)));
  await start();
  for (const [i, event] of events.entries()) {
    for (const added of process.rawListeners(event).filter((listener) => !before[i]!.has(listener))) {
      process.removeListener(event, added as () => void);
    }
  }
}

/**
 * Starts the backend with what the threaded binary needs under Node: a worker from a file (tfjs makes a blob URL, which
 * Node's workers refuse) and twice the threads as cores (its pool takes half the cores). Afterwards the workers no
 * longer keep the process alive, and idle ones are ended.
 */
async function withThreads(count: number): Promise<void> {
  const { createObjectURL } = URL;
  const { cpus } = os;
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", true);
  setThreadsCount(count);
  URL.createObjectURL = () => path.join(__dirname, "thread-worker.js");
  Reflect.set(os, "cpus", () => new Array(2 * count).fill(cpus()[0]));
  try {
    await tf.setBackend("wasm");
  } finally {
    URL.createObjectURL = createObjectURL;
    Reflect.set(os, "cpus", cpus);
  }
  if (tf.getBackend() === "wasm") releaseWorkers(tf.backend() as BackendWasm);
}

interface PoolWorker {
  ref(): void;
  unref(): void;
  terminate(): Promise<number>;
}

function releaseWorkers(backend: BackendWasm): void {
  const pool = Reflect.get(backend.wasm, "PThread") as { unusedWorkers: PoolWorker[]; runningWorkers: PoolWorker[] };
  for (const worker of pool.runningWorkers) {
    worker.ref = () => undefined;
    worker.unref();
  }
  for (const worker of pool.unusedWorkers.splice(0)) void worker.terminate();
}
