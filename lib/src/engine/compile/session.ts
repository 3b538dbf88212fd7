/** A program loaded into ONNX Runtime's CPU provider. */
import os from "node:os";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { UserError } from "../../errors.js";
import type { DType } from "./graph.js";
import { INPUT, OUTPUT, onnxModel } from "./onnx.js";
import type { Program } from "./trace.js";
import type { Value } from "./tree.js";

type Runtime = typeof import("onnxruntime-node");

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Values by path. */
export type ValueMap = ReadonlyMap<string, Value>;

export class Session {
  private constructor(
    readonly program: Program,
    private readonly runtime: Runtime,
    private readonly session: InferenceSession,
  ) {}

  static async load(program: Program): Promise<Session> {
    const runtime = await import("onnxruntime-node");
    const model = onnxModel(program.outputs);
    const session = await runtime.InferenceSession.create(model, {
      executionProviders: ["cpu"],
      intraOpNumThreads: threads(),
      logSeverityLevel: 3,
      // Planned blocks would be allocated anew at the second run: a training step then holds a third more memory.
      enableMemPattern: false,
      // Threads that wait by spinning take the cores from whatever else runs: a third of a training step's CPU time.
      extra: { session: { intra_op: { allow_spinning: "0" } } },
    });
    return new Session(program, runtime, session);
  }

  /**
   * Runs the program. Outputs named in `into` are written into those arrays, the others into new ones. The inputs' arrays
   * are read in place, without a copy.
   */
  async run(inputs: ValueMap, into: ValueMap = new Map()): Promise<Map<string, Value>> {
    const feeds: Record<string, OrtTensor> = {};
    for (const name of this.session.inputNames) {
      const path = name.slice(INPUT.length);
      feeds[name] = this.tensor(inputs.get(path)!, this.program.inputs.get(path)!.dtype);
    }
    const fetches: Record<string, OrtTensor | null> = {};
    for (const [path, node] of this.program.outputs) {
      const target = into.get(path);
      fetches[OUTPUT + path] = target ? this.tensor(target, node.dtype) : null;
    }
    const results = await this.session.run(feeds, fetches);
    const values = [...this.program.outputs].map(([path, node]): [string, Value] => {
      const written = into.get(path);
      return [path, written ?? { data: results[OUTPUT + path]!.data as Value["data"], shape: node.shape }];
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

/** An array for a value of this kind. */
export function emptyValue(dtype: DType, shape: readonly number[]): Value {
  if (dtype === "int64") throw new Error("int64 is for ONNX's own constants only");
  return { data: new ARRAYS[dtype](shape.reduce((product, size) => product * size, 1)), shape };
}

/** VGHIF_THREADS, or all cores. */
function threads(): number {
  const text = process.env.VGHIF_THREADS;
  if (!text) return os.availableParallelism();
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) {
    throw new UserError(`VGHIF_THREADS is "${text}": set it to a whole number from 1 on`);
  }
  return count;
}
