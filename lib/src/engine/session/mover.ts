/**
 * Moves tensors between the host and WebGPU. ONNX Runtime's binding for Node cannot copy a GPU buffer, but it can run a
 * program whose only operator is Identity, with its input on one side and its output on the other.
 */
import { onnx } from "onnx-proto";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { sessionOptions } from "./device.js";

type Runtime = typeof import("onnxruntime-node");
type Side = "gpu-buffer" | "cpu";

/** onnx.proto TensorProto.DataType */
const DATA_TYPE: Readonly<Record<string, number>> = { float32: 1, int32: 6, bool: 9 };

export class Mover {
  /** One for each type, rank and side. */
  private readonly sessions = new Map<string, Promise<InferenceSession>>();

  constructor(private readonly runtime: Runtime) {}

  toGpu(tensor: OrtTensor): Promise<OrtTensor> {
    return this.move(tensor, "gpu-buffer");
  }

  toHost(tensor: OrtTensor): Promise<OrtTensor> {
    return this.move(tensor, "cpu");
  }

  private async move(tensor: OrtTensor, side: Side): Promise<OrtTensor> {
    const { type, dims } = tensor;
    const key = `${type} ${dims.length} ${side}`;
    const session = this.sessions.get(key) ?? this.load(DATA_TYPE[type]!, dims.length, side);
    this.sessions.set(key, session);
    const { y } = await (await session).run({ x: tensor });
    return y!;
  }

  private load(elemType: number, rank: number, side: Side): Promise<InferenceSession> {
    const shape = { dim: Array.from({ length: rank }, (_, axis) => ({ dimParam: `n${axis}` })) };
    const port = (name: string): onnx.IValueInfoProto => ({ name, type: { tensorType: { elemType, shape } } });
    const model: onnx.IModelProto = {
      irVersion: 8,
      opsetImport: [{ domain: "", version: 17 }],
      graph: {
        name: "move",
        node: [{ opType: "Identity", input: ["x"], output: ["y"] }],
        input: [port("x")],
        output: [port("y")],
      },
    };
    const options = { ...sessionOptions("webgpu", 1), preferredOutputLocation: side };
    return this.runtime.InferenceSession.create(onnx.ModelProto.encode(model).finish(), options);
  }
}
