/** What is done to a recorded program before it is written as ONNX: passes with the same values and less work. */
import type { Device } from "../session/device.js";
import type { Graph, Node } from "./graph.js";
import { attention } from "./passes/attention.js";
import { columnSums } from "./passes/column-sums.js";
import { gemmScale } from "./passes/gemm-scale.js";
import { layerNorm } from "./passes/layer-norm.js";
import type { Precision } from "./passes/precision.js";
import type { Program } from "./trace.js";

/** Makes an equivalent program's outputs. */
export type Pass = (g: Graph, outputs: ReadonlyMap<string, Node>) => Map<string, Node>;

/** Every pass by name, in the order in which they run; docs/engine.md says what each is worth. */
const PASSES = {
  "layer-norm": layerNorm,
  attention,
  "gemm-scale": gemmScale,
  "column-sums": columnSums,
} as const satisfies Record<string, Pass>;

export type PassName = keyof typeof PASSES;

export const PASS_NAMES = Object.keys(PASSES) as readonly PassName[];

/** Passes that keep a program right in mixed precision: the others make or take away products of matrices. */
const IN_HALVES: readonly PassName[] = ["layer-norm"];

export interface OptimizeOptions {
  /** The passes to run. Default: those that were measured to pay on the device, in the precision. */
  readonly passes?: readonly PassName[];
}

/** Where and how the program will run. */
export interface Target {
  readonly device?: Device;
  readonly precision?: Precision;
}

/** All were measured on ONNX Runtime's CPU provider, and are for it alone. */
function defaultPasses({ device = "cpu", precision = "float32" }: Target): readonly PassName[] {
  if (device !== "cpu") return [];
  return precision === "float32" ? PASS_NAMES : IN_HALVES;
}

export function optimize(program: Program, options: OptimizeOptions & Target): Program {
  const { passes = defaultPasses(options) } = options;
  const chosen = PASS_NAMES.filter((name) => passes.includes(name)).map((name): Pass => PASSES[name]);
  const { graph } = program;
  const outputs = chosen.reduce<ReadonlyMap<string, Node>>((nodes, pass) => pass(graph, nodes), program.outputs);
  return { ...program, outputs };
}
