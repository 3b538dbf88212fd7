/** A program loaded into ONNX Runtime. */
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { loadRuntime } from "../runtime.js";
import { type Device, sessionOptions } from "../session/device.js";
import { wantedThreads } from "../threads.js";
import type { DType, Node } from "./graph.js";
import { INPUT, OUTPUT, onnxModel } from "./onnx.js";
import type { InputSpec, Program } from "./trace.js";
import type { Value } from "./tree.js";

type Runtime = typeof import("onnxruntime-node");

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Values by path. */
export type ValueMap = ReadonlyMap<string, Value>;

export class Session {
  private constructor(
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
    readonly inputs: ReadonlyMap<string, InputSpec>,
    readonly outputs: ReadonlyMap<string, InputSpec>,
    readonly outputTree: Program["outputTree"],
  ) {}

  static async load({ inputs, outputs, outputTree }: Program, device: Device = "cpu"): Promise<Session> {
    const runtime = await loadRuntime();
    const options = sessionOptions(device, wantedThreads());
    const session = await runtime.InferenceSession.create(onnxModel(outputs), options);
    return new Session(runtime, session, specsOf(inputs), specsOf(outputs), outputTree);
  }

  /**
   * Runs the program. Outputs named in `into` are written into those arrays, the others into new ones. The inputs' arrays
   * are read in place, without a copy.
   */
  async run(inputs: ValueMap, into: ValueMap = new Map()): Promise<Map<string, Value>> {
    const feeds: Record<string, OrtTensor> = {};
    for (const name of this.session.inputNames) {
      const path = name.slice(INPUT.length);
      feeds[name] = this.tensor(inputs.get(path)!, this.inputs.get(path)!.dtype);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const [path, { dtype }] of this.outputs) {
      const target = into.get(path);
      fetches[OUTPUT + path] = target ? this.tensor(target, dtype) : null;
    }
    const results = await this.session.run(feeds, fetches);
    const values = [...this.outputs].map(([path, { shape }]): [string, Value] => {
      const written = into.get(path);
      return [path, written ?? { data: results[OUTPUT + path]!.data as Value["data"], shape }];
    });
    return new Map(values);
  }

  release(): Promise<void> {
    return this.session.release();
  }

  private tensor({ data, shape }: Value, dtype: DType): OrtTensor {
    return new this.runtime.Tensor(dtype, data as Float32Array, shape);
  }
}

/** Shapes and types alone, without the graph and its constants. */
function specsOf(nodes: ReadonlyMap<string, Node>): Map<string, InputSpec> {
  return new Map([...nodes].map(([path, { shape, dtype }]) => [path, { shape, dtype }]));
}

/** An array for a value of this kind. */
export function emptyValue(dtype: DType, shape: readonly number[]): Value {
  if (dtype === "int64") throw new Error("int64 is for ONNX's own constants only");
  return { data: new ARRAYS[dtype](shape.reduce((product, size) => product * size, 1)), shape };
}
