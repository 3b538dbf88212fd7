/** A tfjs backend whose kernels make nodes instead of values. */
import type { DataId, DataType, TensorInfo, TypedArray } from "@tensorflow/tfjs-core";
import { tf } from "../../nn/array.js";
import { Graph, LARGE, type Node, scalarValue } from "./graph.js";
import { RECORDERS, UNSUPPORTED } from "./kernels.js";
import { expand, reshape, sameShape, sizeOf } from "./ops.js";
import type { Recorder } from "./recorder.js";

export const TRACE = "trace";

const VALUES_READ =
  "a tensor's values were read (data, dataSync, array, print): while a function is recorded there are none; " +
  "return the tensor as an output";

export class TraceBackend extends tf.KernelBackend {
  private graph = new Graph();
  private nodes = new WeakMap<DataId, Node>();
  private references = new WeakMap<DataId, number>();
  /** That values were asked for without waiting for them, as `tensor.data()` does. */
  refused: Error | undefined;

  /** Forgets what was recorded, and returns the graph that is recorded from now on. */
  begin(): Graph {
    this.graph = new Graph();
    this.nodes = new WeakMap();
    this.refused = undefined;
    return this.graph;
  }

  /** The tensor that stands for a node while recording. */
  tensorOf(node: Node): TensorInfo {
    const dataId = {};
    this.nodes.set(dataId, node);
    return { dataId, shape: [...node.shape], dtype: node.dtype as DataType };
  }

  /** The node of a tensor; a tensor of another backend becomes a constant and stays where it is. */
  nodeOf(tensor: TensorInfo): Node {
    const { dataId, shape, dtype } = tensor;
    let node = this.nodes.get(dataId);
    if (!node) {
      if (tensor instanceof tf.Variable) {
        throw new Error(`variable "${tensor.name}" is not among the inputs: its value would never change`);
      }
      if (!tf.engine().state.tensorInfo.has(dataId)) {
        throw new Error("a tensor was disposed, or belongs to another recording: make it inside the function");
      }
      node = this.outsider(dataId, shape, dtype);
      this.nodes.set(dataId, node);
    }
    // Outside, a reshaped tensor shares the first one's data, and so its node.
    return sameShape(node.shape, shape) ? node : reshape(this.graph, node, shape);
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
    const values = this.valuesOf(dataId);
    if (!values) throw new Error(VALUES_READ);
    return values;
  }

  /** Values that are not there never come; the recording ends with the error. */
  override read(dataId: DataId): Promise<TypedArray> {
    const values = this.valuesOf(dataId);
    if (values) return Promise.resolve(values);
    this.refused ??= new Error(VALUES_READ);
    return new Promise(() => undefined);
  }

  /** Nodes live as long as the graph; tfjs itself counts the tensors that share one. */
  override disposeData(dataId: DataId): boolean {
    const left = this.refCount(dataId) - 1;
    this.references.set(dataId, left);
    return left <= 0;
  }

  override refCount(dataId: DataId): number {
    return this.references.get(dataId) ?? 1;
  }

  override incRef(dataId: DataId): void {
    this.references.set(dataId, this.refCount(dataId) + 1);
  }

  override numDataIds(): number {
    return 0;
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {}

  /** Of a constant. */
  private valuesOf(dataId: DataId): TypedArray | undefined {
    const node = this.nodes.get(dataId);
    const source = node?.op === "Expand" ? node.inputs[0]! : node;
    if (!node || source?.op !== "Constant") return undefined;
    const only = scalarValue(source);
    const values = only === undefined ? Array.from(source.values ?? []) : new Array(sizeOf(node.shape)).fill(only);
    if (values.length !== sizeOf(node.shape)) return undefined;
    const kinds = { float32: Float32Array, int32: Int32Array, int64: Int32Array, bool: Uint8Array } as const;
    return kinds[node.dtype as keyof typeof kinds].from(values);
  }

  /** A constant from another backend's tensor; a large one is read when its values are needed. */
  private outsider(dataId: DataId, shape: readonly number[], dtype: DataType): Node {
    const read = (): TypedArray => tf.engine().readSync(dataId) as TypedArray;
    if (sizeOf(shape) <= LARGE || (dtype !== "float32" && dtype !== "int32"))
      return this.constant(read(), shape, dtype);
    return this.graph.deferred(read, dataId, shape, dtype);
  }

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

/** The backend, registered with all its kernels at the first call. */
export function traceBackend(): TraceBackend {
  if (backend) return backend;
  const created = new TraceBackend();
  tf.registerBackend(TRACE, () => created, 0);
  for (const [kernelName, recorder] of Object.entries(RECORDERS)) {
    tf.registerKernel({
      kernelName,
      backendName: TRACE,
      kernelFunc: ({ inputs, attrs }) => created.record(recorder, inputs, attrs ?? {}),
    });
  }
  for (const [kernelName, reason] of UNSUPPORTED) {
    const kernelFunc = (): never => {
      throw new Error(`the tfjs kernel "${kernelName}" cannot be compiled: ${reason}`);
    };
    tf.registerKernel({ kernelName, backendName: TRACE, kernelFunc });
  }
  backend = created;
  return created;
}
