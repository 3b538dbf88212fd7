/** Records what a function of tensors does: a tfjs backend whose kernels make nodes instead of values. */
import type { DataId, DataType, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import { messageOf } from "../../errors.js";
import { tf } from "../../nn/array.js";
import { type DType, Graph, type Node, scalarValue } from "./graph.js";
import { ELEMENTWISE } from "./kernels-elementwise.js";
import { LINEAR } from "./kernels-linear.js";
import { SHAPES } from "./kernels-shape.js";
import { expand, sizeOf } from "./ops.js";
import type { Recorder } from "./recorder.js";
import { leavesOf, mapTree } from "./tree.js";

const NAME = "trace";

class TraceBackend extends tf.KernelBackend {
  private graph = new Graph();
  private nodes = new WeakMap<DataId, Node>();

  /** Forgets what was recorded, and returns the graph that is recorded from now on. */
  begin(): Graph {
    this.graph = new Graph();
    this.nodes = new WeakMap();
    return this.graph;
  }

  /** The tensor that stands for a node while recording. */
  tensorOf(node: Node): TensorInfo {
    const dataId = {};
    this.nodes.set(dataId, node);
    return { dataId, shape: [...node.shape], dtype: node.dtype as DataType };
  }

  /** The node of a tensor; a tensor of another backend becomes a constant and stays where it is. */
  nodeOf({ dataId, shape, dtype }: TensorInfo): Node {
    let node = this.nodes.get(dataId);
    if (!node) {
      node = this.constant(tf.engine().readSync(dataId) as TypedArray, shape, dtype);
      this.nodes.set(dataId, node);
    }
    return node;
  }

  record(recorder: Recorder, inputs: object, attrs: Readonly<Record<string, unknown>>): TensorInfo | TensorInfo[] {
    const present = Object.entries(inputs).filter(([, input]) => input != null);
    const named = Object.fromEntries(present.map(([name, info]) => [name, this.nodeOf(info as TensorInfo)]));
    const result = recorder({ g: this.graph, inputs: named, list: Object.values(named), attrs });
    return "op" in result ? this.tensorOf(result) : result.map((node) => this.tensorOf(node));
  }

  override write(values: TypedArray, shape: number[], dtype: DataType): DataId {
    const dataId = {};
    this.nodes.set(dataId, this.constant(values, shape, dtype));
    return dataId;
  }

  override readSync(dataId: DataId): TypedArray {
    const node = this.nodes.get(dataId);
    const source = node?.op === "Expand" ? node.inputs[0]! : node;
    if (!node || source?.op !== "Constant") {
      throw new Error(
        "a tensor's values were read (data, dataSync, array, print): while a function is recorded there are none; " +
          "return the tensor as an output",
      );
    }
    const only = scalarValue(source);
    if (only !== undefined) return new Float32Array(sizeOf(node.shape)).fill(only);
    return Float32Array.from(source.values ?? []);
  }

  override async read(dataId: DataId): Promise<TypedArray> {
    return this.readSync(dataId);
  }

  override disposeData(): boolean {
    return true; // nodes live as long as the graph
  }

  override refCount(): number {
    return 1;
  }

  override incRef(): void {}

  override numDataIds(): number {
    return 0;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {}

  private constant(values: TypedArray, shape: readonly number[], dtype: DataType): Node {
    if (dtype === "string" || dtype === "complex64") throw new Error(`tensors of type ${dtype} cannot be compiled`);
    const first = values[0];
    if (values.length > 1 && values.every((value) => Object.is(value, first))) {
      return expand(this.graph, this.graph.scalar(first!, dtype), shape);
    }
    return this.graph.constant(values, shape, dtype);
  }
}

let backend: TraceBackend | undefined;

function traceBackend(): TraceBackend {
  if (backend) return backend;
  const created = new TraceBackend();
  tf.registerBackend(NAME, () => created, 0);
  for (const [kernelName, recorder] of Object.entries({ ...ELEMENTWISE, ...SHAPES, ...LINEAR })) {
    tf.registerKernel({
      kernelName,
      backendName: NAME,
      kernelFunc: ({ inputs, attrs }) => created.record(recorder, inputs, attrs ?? {}),
    });
  }
  backend = created;
  return created;
}

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

/**
 * Records `fn` on inputs of the specified shapes. Throws where fn reads values, calls a kernel that is not known here
 * (named, with the line that called it), returns anything but tensors, or is asynchronous.
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
  engine.startScope();
  try {
    void tf.setBackend(NAME); // takes effect at once, since the backend needs no start
    const tensors = mapTree(example, (path) => {
      const { dataId, shape, dtype } = recorder.tensorOf(inputs.get(path)!);
      return engine.makeTensorFromDataId(dataId, shape, dtype, recorder);
    });
    const result = fn(tensors as never);
    const leaves = [...leavesOf(result)];
    const outputs = new Map(leaves.map(([path, leaf]) => [path, recorder.nodeOf(leaf as tf.Tensor)]));
    const outputTree = freezeTree(result);
    return { graph, inputs, outputs, outputTree };
  } catch (error) {
    throw explained(error);
  } finally {
    engine.endScope();
    recorder.begin(); // lets go of the graph and its constants
    void tf.setBackend(before);
  }
}

/** The tree's shape without its tensors, which end with the recording. */
function freezeTree(result: unknown): Program["outputTree"] {
  const placeholder = { data: new Uint8Array(0), shape: [0] };
  const shape = mapTree(result, () => placeholder);
  return (leafAt) => mapTree(shape, leafAt);
}

/** Says which kernel is missing, and where the function called it. */
function explained(error: unknown): Error {
  const message = messageOf(error);
  const kernel = /ernel '(\w+)'/.exec(message)?.[1];
  const stack = error instanceof Error ? (error.stack ?? "") : "";
  const ours = (frame: string): boolean => frame.includes(__dirname) || /@tensorflow|node:internal/.test(frame);
  const line = stack.split("\n").find((frame) => /^\s+at /.test(frame) && !ours(frame));
  const what = kernel ? `the tfjs kernel "${kernel}" cannot be compiled` : message;
  return new Error(`compile: ${what}${line ? `, called ${line.trim()}` : ""}`, { cause: error });
}
