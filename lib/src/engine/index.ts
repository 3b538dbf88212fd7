/**
 * Chooses and starts what runs the tensors: a tfjs backend for op-by-op work and, by default on a CPU, ONNX Runtime for
 * functions that are compiled whole (`compile/`): training steps and frozen towers.
 */
import os from "node:os";
import { messageOf, UserError } from "../errors.js";
import { tf } from "../nn/array.js";
import { loadRuntime } from "./runtime.js";
import { wantedThreads } from "./threads.js";

/**
 * `node-gpu`, `node`: the native tfjs packages. `onnx`: compiled functions on ONNX Runtime, the rest on wasm. `wasm` and
 * `cpu`: everything op by op.
 */
export type BackendName = "node-gpu" | "node" | "onnx" | "wasm" | "cpu";

/** What runs the tensors; goes into every record. */
export interface EngineInfo {
  readonly backend: BackendName;
  /** The processor's model name, or "GPU (CUDA)". */
  readonly device: string;
  readonly threads: number;
}

const CHOICES: readonly BackendName[] = ["node-gpu", "node", "onnx", "wasm", "cpu"];
const AUTOMATIC: readonly BackendName[] = ["node-gpu", "node", "onnx", "wasm"];

let current: EngineInfo | undefined;
const started = new Map<BackendName, EngineInfo>();

/**
 * Starts the wanted backend and makes it tfjs's current one. Without a name it keeps the one that runs already, else
 * takes `process.env.VGHIF_BACKEND`, else the first that is there of tfjs-node-gpu, tfjs-node, ONNX Runtime and wasm.
 * `VGHIF_THREADS` sets the threads (default: the cores; wasm takes at most 4).
 * Throws UserError for an unknown name and for a backend that is not there: it never falls back silently.
 */
export async function startEngine(wanted?: string): Promise<EngineInfo> {
  if (wanted === undefined && current) return current;
  const name = wanted ?? process.env.VGHIF_BACKEND;
  current = name ? await activate(checkedName(name)) : await firstPresent();
  return current;
}

/** Whether the running engine compiles training steps and frozen towers. */
export function compiles(): boolean {
  return current?.backend === "onnx";
}

function checkedName(name: string): BackendName {
  const found = CHOICES.find((choice) => choice === name);
  if (!found) throw new UserError(`unknown backend "${name}": set VGHIF_BACKEND to one of ${CHOICES.join(", ")}`);
  return found;
}

async function firstPresent(): Promise<EngineInfo> {
  for (const name of AUTOMATIC.slice(0, -1)) {
    try {
      return await activate(name);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return activate("wasm");
}

/** Runs the backend's own start once, then makes it tfjs's current backend, and checks that it is. */
async function activate(name: BackendName): Promise<EngineInfo> {
  const kernels = KERNELS[name];
  const known = started.get(name);
  if (known && (await tf.setBackend(kernels))) return known;
  const info = await START[name]();
  if (tf.getBackend() !== kernels) {
    throw new UserError(
      `backend "${name}" did not start (tfjs fell back to "${tf.getBackend()}"): choose another of ${CHOICES.join(", ")}`,
    );
  }
  started.set(name, info);
  return info;
}

/** The tfjs backend that runs single ops. */
const KERNELS = { "node-gpu": "tensorflow", node: "tensorflow", onnx: "wasm", wasm: "wasm", cpu: "cpu" } as const;

const processor = (): string => os.cpus()[0]?.model.trim() ?? os.arch();

const START: Readonly<Record<BackendName, () => Promise<EngineInfo>>> = {
  "node-gpu": () => startNative("node-gpu", "@tensorflow/tfjs-node-gpu"),
  node: () => startNative("node", "@tensorflow/tfjs-node"),
  onnx: async () => {
    try {
      await loadRuntime();
    } catch (error) {
      throw new UserError(`backend "onnx" is not there: onnxruntime-node cannot be loaded (${messageOf(error)})`);
    }
    return { ...(await START.wasm()), backend: "onnx" };
  },
  wasm: async () => {
    const { startWasm } = await import("./wasm/start.js");
    return { backend: "wasm", device: processor(), threads: await startWasm(wantedThreads()) };
  },
  cpu: async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    Reflect.set(tf.backend(), "firstUse", false); // else its first write prints advice to install tfjs-node
    return { backend: "cpu", device: processor(), threads: 1 };
  },
};

/** Starts a native tfjs package, when the real one (and not another package under its name) is installed. */
async function startNative(backend: BackendName, packageName: string): Promise<EngineInfo> {
  try {
    const manifest = require(`${packageName}/package.json`) as { name: string };
    if (manifest.name !== packageName) throw new Error("another package stands under its name");
    await import(packageName);
    await tf.setBackend("tensorflow");
  } catch (error) {
    const reason = messageOf(error).split("\n")[0];
    throw new UserError(
      `backend "${backend}" is not there: package ${packageName} cannot be loaded (${reason}); choices: ${CHOICES.join(", ")}`,
    );
  }
  const gpu = Reflect.get(tf.backend(), "isUsingGpuDevice") === true;
  return { backend, device: gpu ? "GPU (CUDA)" : processor(), threads: os.availableParallelism() };
}
