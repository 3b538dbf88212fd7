/**
 * Chooses and starts what runs the tensors: a tfjs backend for op-by-op work and, by default, ONNX Runtime for functions
 * that are compiled whole (`compile/`): training steps and frozen towers, on a GPU where there is one.
 */
import os from "node:os";
import { messageOf, UserError } from "../errors.js";
import { tf } from "../nn/array.js";
import { nvidiaModels } from "./device-files.js";
import { findAdapter, notWorthTrying } from "./provider.js";
import { loadRuntime } from "./runtime.js";
import type { Device } from "./session/device.js";
import { wantedThreads } from "./threads.js";

/**
 * `node-gpu`, `node`: the native tfjs packages. `onnx-cuda`, `onnx-webgpu`, `onnx`: compiled functions on ONNX Runtime's
 * provider of that name, or on the CPU; the rest on wasm. `wasm` and `cpu`: everything op by op.
 */
export type BackendName = "node-gpu" | "node" | "onnx-cuda" | "onnx-webgpu" | "onnx" | "wasm" | "cpu";

/** What runs the tensors; goes into every record. */
export interface EngineInfo {
  readonly backend: BackendName;
  /** What computes: the GPU's name, else the processor's model name; "GPU (CUDA)" where the driver does not say. */
  readonly device: string;
  /** Threads of the processor's part. */
  readonly threads: number;
}

/** The info of a started backend, and why the automatic choice passes it over (null where it does not). */
interface Started {
  readonly info: EngineInfo;
  readonly onlyByName: string | null;
}

const CHOICES: readonly BackendName[] = ["node-gpu", "node", "onnx-cuda", "onnx-webgpu", "onnx", "wasm", "cpu"];
/** In the order of preference. */
const AUTOMATIC: readonly BackendName[] = ["node-gpu", "onnx-cuda", "onnx-webgpu", "onnx", "wasm"];

let current: EngineInfo | undefined;
const started = new Map<BackendName, Started>();

/**
 * Starts the wanted backend and makes it tfjs's current one. Without a name it keeps the one that runs already, else
 * takes `process.env.VGHIF_BACKEND`, else the first of these that works: tfjs-node-gpu on a GPU, ONNX Runtime on CUDA, on
 * WebGPU with a GPU (never with a software adapter, and on Linux only), on the CPU, wasm.
 * `VGHIF_THREADS` sets the threads (default: the cores; wasm takes at most 4).
 * Throws UserError for an unknown name and for a backend that is not there: it never falls back silently.
 */
export async function startEngine(wanted?: string): Promise<EngineInfo> {
  if (wanted === undefined && current) return current;
  const name = wanted ?? process.env.VGHIF_BACKEND;
  current = name ? (await activate(checkedName(name))).info : await firstPresent();
  return current;
}

/** Whether the running engine compiles training steps and frozen towers. */
export function compiles(): boolean {
  return current?.backend.startsWith("onnx") === true;
}

/** Where compiled functions run under the running engine. */
export function programDevice(): Device {
  if (current?.backend === "onnx-webgpu") return "webgpu";
  return current?.backend === "onnx-cuda" ? "cuda" : "cpu";
}

/** A backend as `vghif devices` shows it. */
export interface BackendReport {
  readonly backend: BackendName;
  /** Null where it is not there. */
  readonly info: EngineInfo | null;
  /** Whether startEngine takes it when no name is given and no better one is there. */
  readonly automatic: boolean;
  /** Why it is not there, or why only a name chooses it; null where nothing is against it. */
  readonly reason: string | null;
}

/** Tries every backend, also those that the automatic choice would not. The engine that ran before runs after. */
export async function reportBackends(): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for (const backend of CHOICES) {
    try {
      const { info, onlyByName } = await activate(backend);
      const reason = onlyByName ?? (AUTOMATIC.includes(backend) ? discouraged(backend) : "onnx is faster");
      reports.push({ backend, info, automatic: reason === null, reason });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const reason = error.message.replace(/^backend "[^"]*" is not there: /, "");
      reports.push({ backend, info: null, automatic: false, reason });
    }
  }
  if (current) await activate(current.backend);
  return reports;
}

function checkedName(name: string): BackendName {
  const found = CHOICES.find((choice) => choice === name);
  if (!found) throw new UserError(`unknown backend "${name}": set VGHIF_BACKEND to one of ${CHOICES.join(", ")}`);
  return found;
}

async function firstPresent(): Promise<EngineInfo> {
  for (const name of AUTOMATIC.slice(0, -1)) {
    if (discouraged(name)) continue;
    try {
      const { info, onlyByName } = await activate(name);
      if (!onlyByName) return info;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return (await activate("wasm")).info;
}

/** Why a backend is not even tried when none is named; null where it is. */
function discouraged(name: BackendName): string | null {
  const provider = PROVIDER[name];
  return provider ? notWorthTrying(provider) : null;
}

const PROVIDER: { readonly [name in BackendName]?: "cuda" | "webgpu" } = {
  "onnx-cuda": "cuda",
  "onnx-webgpu": "webgpu",
};

/** Runs the backend's own start once, then makes it tfjs's current backend, and checks that it is. */
async function activate(name: BackendName): Promise<Started> {
  const kernels = KERNELS[name];
  const known = started.get(name);
  if (known && (await tf.setBackend(kernels))) return known;
  const start = await START[name]();
  if (tf.getBackend() !== kernels) {
    throw new UserError(
      `backend "${name}" did not start (tfjs fell back to "${tf.getBackend()}"): choose another of ${CHOICES.join(", ")}`,
    );
  }
  started.set(name, start);
  return start;
}

/** The tfjs backend that runs single ops. */
const KERNELS: Readonly<Record<BackendName, string>> = {
  "node-gpu": "tensorflow",
  node: "tensorflow",
  "onnx-cuda": "wasm",
  "onnx-webgpu": "wasm",
  onnx: "wasm",
  wasm: "wasm",
  cpu: "cpu",
};

const processor = (): string => os.cpus()[0]?.model.trim() ?? os.arch();

const START: Readonly<Record<BackendName, () => Promise<Started>>> = {
  "node-gpu": () => startNative("node-gpu", "@tensorflow/tfjs-node-gpu"),
  node: () => startNative("node", "@tensorflow/tfjs-node"),
  "onnx-cuda": () => startProvider("onnx-cuda", "cuda"),
  "onnx-webgpu": () => startProvider("onnx-webgpu", "webgpu"),
  onnx: async () => {
    try {
      await loadRuntime();
    } catch (error) {
      throw new UserError(`backend "onnx" is not there: onnxruntime-node cannot be loaded (${messageOf(error)})`);
    }
    await START.wasm();
    return { info: { backend: "onnx", device: processor(), threads: wantedThreads() }, onlyByName: null };
  },
  wasm: async () => {
    const { startWasm } = await import("./wasm/start.js");
    const threads = await startWasm(wantedThreads());
    return { info: { backend: "wasm", device: processor(), threads }, onlyByName: null };
  },
  cpu: async () => {
    await import("@tensorflow/tfjs-backend-cpu");
    await tf.setBackend("cpu");
    Reflect.set(tf.backend(), "firstUse", false); // else its first write prints advice to install tfjs-node
    return { info: { backend: "cpu", device: processor(), threads: 1 }, onlyByName: null };
  },
};

async function startProvider(backend: BackendName, provider: "cuda" | "webgpu"): Promise<Started> {
  const { device, onlyByName } = await findAdapter(provider);
  await START.wasm();
  return { info: { backend, device, threads: wantedThreads() }, onlyByName };
}

/** Starts a native tfjs package, when the real one (and not another package under its name) is installed. */
async function startNative(backend: BackendName, packageName: string): Promise<Started> {
  try {
    const manifest = require(`${packageName}/package.json`) as { name: string };
    if (manifest.name !== packageName) throw new Error("another package stands under its name");
    await import(packageName);
    await tf.setBackend("tensorflow");
  } catch (error) {
    const missing = Reflect.get(error as object, "code") === "MODULE_NOT_FOUND";
    const reason = missing ? "is not installed" : `cannot be loaded (${messageOf(error).split("\n")[0]})`;
    throw new UserError(`backend "${backend}" is not there: package ${packageName} ${reason}; see docs/gpu.md`);
  }
  const gpu = Reflect.get(tf.backend(), "isUsingGpuDevice") === true;
  const device = gpu ? nvidiaModels().join(", ") || "GPU (CUDA)" : processor();
  const onlyByName = gpu ? null : "it found no GPU and computes on the processor, slower than onnx";
  return { info: { backend, device, threads: os.availableParallelism() }, onlyByName };
}
