/** Records what a function of tensors does. */
import { messageOf } from "../../errors.js";
import { tf } from "../../nn/array.js";
import type { DType, Graph, Node } from "./graph.js";
import { TRACE, type TraceBackend, traceBackend } from "./trace-backend.js";
import { leavesOf, mapTree } from "./tree.js";

export interface Program {
  /** Makes the nodes; a pass that changes the program makes its nodes here too. */
  readonly graph: Graph;
  /** Every leaf of the input tree, also those that no output needs. */
  readonly inputs: ReadonlyMap<string, Node>;
  readonly outputs: ReadonlyMap<string, Node>;
  /** The result with each leaf's path in its place. */
  readonly outputTree: (leafAt: (path: string) => unknown) => unknown;
}

export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Enough to reach the function's own line from below a gradient of a gradient. */
const STACK_FRAMES = 100;

/**
 * Records `fn` on inputs of the specified shapes. A variable among the inputs arrives as a variable of its name, which is
 * then the only one that there is: `tf.variableGrads` finds the inputs' variables and no others.
 * Throws where fn reads values, calls a kernel that cannot be recorded (named, with the line that called it), uses a
 * variable that is not an input, returns anything but tensors, or is asynchronous.
 */
export function trace(
  fn: (inputs: never) => unknown,
  example: unknown,
  specs: ReadonlyMap<string, InputSpec>,
): Program {
  const recorder = traceBackend();
  const engine = tf.engine();
  const before = engine.backendName;
  const graph = recorder.begin();
  const inputs = new Map([...specs].map(([path, { shape, dtype }]) => [path, graph.input(path, shape, dtype)]));
  const outside = { frames: Error.stackTraceLimit, variables: engine.state.registeredVariables };
  Error.stackTraceLimit = STACK_FRAMES;
  engine.state.registeredVariables = {};
  engine.startScope();
  try {
    void tf.setBackend(TRACE); // takes effect at once, since the backend needs no start
    const result = fn(mapTree(example, (path, leaf) => tensorFor(recorder, inputs.get(path)!, leaf)) as never);
    const leaves = leavesOf(result, "output");
    if (recorder.refused) throw recorder.refused;
    const outputs = new Map([...leaves].map(([path, leaf]) => [path, outputNode(recorder, path, leaf)]));
    return { graph, inputs, outputs, outputTree: freezeTree(result) };
  } catch (error) {
    throw explained(recorder.refused ?? error);
  } finally {
    engine.disposeVariables();
    engine.endScope();
    engine.state.registeredVariables = outside.variables;
    Error.stackTraceLimit = outside.frames;
    recorder.begin(); // lets go of the graph and its constants
    void tf.setBackend(before);
  }
}

/** The tensor, or the variable where the example has one, that stands for an input. */
function tensorFor(recorder: TraceBackend, input: Node, example: unknown): tf.Tensor {
  const engine = tf.engine();
  const { dataId, shape, dtype } = recorder.tensorOf(input);
  const tensor = engine.makeTensorFromDataId(dataId, shape, dtype, recorder);
  return example instanceof tf.Variable ? engine.makeVariable(tensor, example.trainable, example.name) : tensor;
}

function outputNode(recorder: TraceBackend, path: string, leaf: unknown): Node {
  if (leaf instanceof tf.Tensor) return recorder.nodeOf(leaf);
  throw new Error(`the output "${path}" has values already; expected a tensor`);
}

/** The tree's shape without its tensors, which end with the recording. */
function freezeTree(result: unknown): Program["outputTree"] {
  const placeholder = { data: new Uint8Array(0), shape: [0] };
  const shape = mapTree(result, () => placeholder);
  return (leafAt) => mapTree(shape, leafAt);
}

/** Says which kernel is missing, and where the function called it. */
function explained(error: unknown): Error {
  const message = messageOf(error).replace(/^compile: /, "");
  const missing = /^Kernel '(\w+)' not registered/.exec(message)?.[1];
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const ours = (frame: string): boolean => frame.includes(__dirname) || /@tensorflow|node:internal/.test(frame);
  const line = stack.split("\n").find((frame) => /^\s+at .*:\d+:\d+\)?$/.test(frame) && !ours(frame));
  const what = missing ? `the tfjs kernel "${missing}" cannot be compiled` : message;
  return new Error(`compile: ${what}${line ? `, called ${line.trim()}` : ""}`, { cause: error });
}
