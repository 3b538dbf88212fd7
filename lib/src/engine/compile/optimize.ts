/** What is done to a recorded program before it is written as ONNX: passes with the same values and less work. */
import type { Graph, Node } from "./graph.js";
import type { Program } from "./trace.js";

/** Makes an equivalent program's outputs. */
export type Pass = (g: Graph, outputs: ReadonlyMap<string, Node>) => Map<string, Node>;

/** Every pass by name, in the order in which they run. */
const PASSES = {} as const satisfies Record<string, Pass>;

export type PassName = keyof typeof PASSES;

export interface OptimizeOptions {
  /** The passes to run. Default: all. */
  readonly passes?: readonly PassName[];
}

export function optimize(program: Program, { passes }: OptimizeOptions): Program {
  const chosen = Object.entries<Pass>(PASSES).filter(([name]) => !passes || passes.includes(name as PassName));
  const { graph } = program;
  const outputs = chosen.reduce<ReadonlyMap<string, Node>>((nodes, [, pass]) => pass(graph, nodes), program.outputs);
  return { ...program, outputs };
}
