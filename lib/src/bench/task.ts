/** What a measuring process is told, by a JSON file: this project's own and the PyTorch peer read the same one. */
import type { PassName } from "../engine/compile/optimize.js";
import type { BackendName } from "../engine/index.js";
import type { ClipConfig } from "../models/clip-config.js";
import type { VghifConfig } from "../models/vghif-config.js";
import type { ParamGroup } from "../train/adamw.js";

/** How a row can be computed. The `torch` ones are the peer's. */
export const COLUMNS = ["eager", "cpu", "webgpu", "cuda", "torch", "torch-cuda", "torch-cuda-bf16"] as const;
export type ColumnId = (typeof COLUMNS)[number];

export const COLUMN_TITLES: Readonly<Record<ColumnId, string>> = {
  eager: "eager wasm",
  cpu: "compiled CPU",
  webgpu: "compiled WebGPU",
  cuda: "compiled CUDA",
  torch: "PyTorch CPU",
  "torch-cuda": "PyTorch CUDA fp32",
  "torch-cuda-bf16": "PyTorch CUDA bf16",
};

/** The engine's backend behind each of this project's own columns. */
export const BACKENDS: Readonly<Partial<Record<ColumnId, BackendName>>> = {
  eager: "wasm",
  cpu: "onnx",
  webgpu: "onnx-webgpu",
  cuda: "onnx-cuda",
};

/** What is computed. Every size that both sides must agree on is in here. */
export type Work =
  /** [m, k] times [k, n]. */
  | { readonly kind: "matmul"; readonly m: number; readonly k: number; readonly n: number }
  /** Frames to their embeddings. */
  | { readonly kind: "tower"; readonly clip: ClipConfig; readonly frames: number }
  /** Token ids to text embeddings. */
  | { readonly kind: "text"; readonly clip: ClipConfig; readonly prompts: number }
  /** A training step of the fusion and the head parameters on the frozen towers' tokens. */
  | {
      readonly kind: "head";
      readonly clip: ClipConfig;
      readonly vghif: FixedVghif;
      readonly videos: number;
      readonly frames: number;
      readonly prompts: number;
      readonly groups: readonly ParamGroup[];
    }
  /** A training step of every CLIP parameter. */
  | {
      readonly kind: "finetune";
      readonly clip: ClipConfig;
      readonly videos: number;
      readonly frames: number;
      readonly prompts: number;
      readonly groups: readonly ParamGroup[];
    }
  /** One video to its logits, without and with the fusion; class texts are given. */
  | {
      readonly kind: "cost";
      readonly clip: ClipConfig;
      readonly vghif: FixedVghif;
      readonly frames: number;
      readonly prompts: number;
    }
  /** A video file to a model's input. */
  | {
      readonly kind: "decode";
      readonly file: string;
      readonly frames: number;
      readonly size: number;
      readonly shortSide: number;
    }
  /** The notebook kernel from nothing to the first cell's answer. */
  | { readonly kind: "kernel" };

/** The fusion with its levels spelled out. */
export type FixedVghif = VghifConfig & { readonly levels: readonly number[] };

export type TrainWork = Extract<Work, { kind: "head" | "finetune" }>;

/** How long a process measures. */
export interface Effort {
  /** Runs before the clock starts; fewer where they take long. */
  readonly warmups: number;
  /** Measuring ends after this many seconds and runs. */
  readonly seconds: number;
  readonly runs: number;
}

export interface Task extends Effort {
  readonly work: Work;
  readonly column: ColumnId;
  /** `check`: compute once and write the outputs. `time`: measure. */
  readonly mode: "check" | "time";
  readonly threads: number;
  /** Optimiser passes of the compiler; absent: its default for the device. */
  readonly passes?: readonly PassName[];
  /** Files that both sides read. */
  readonly weights: string;
  readonly inputs: string;
  /** Files that the process writes: a JSON `Report`, and in mode `check` the outputs as safetensors. */
  readonly report: string;
  readonly outputs: string;
}

/** What a process found. */
export interface Report {
  readonly seconds: readonly number[];
  /** The same without the fusion, run by run in turn with `seconds`; of work `cost` alone. */
  readonly baseline: readonly number[];
  /** Most memory that was resident at any time, bytes. */
  readonly peakBytes: number;
  /** From the process's start until it was ready for its first run. */
  readonly setupSeconds: number;
}

/** Training steps that a check takes: losses before the first, second and third update. */
export const CHECK_STEPS = 3;

/** Values of a tensor that a check of training keeps: every n-th, so that at most this many are left. */
export const CHECK_SAMPLE = 4096;
