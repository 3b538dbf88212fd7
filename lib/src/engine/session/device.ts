/** Where a compiled program runs: ONNX Runtime's execution providers, and what each wants of its session. */
import type { InferenceSession } from "onnxruntime-node";

/** `webgpu` is in the npm package (Vulkan, Metal or Direct3D 12); `cuda` needs the user's own CUDA provider. */
export type Device = "cpu" | "webgpu" | "cuda";

type SessionOptions = InferenceSession.SessionOptions;

const PROVIDERS: Readonly<Record<Device, NonNullable<SessionOptions["executionProviders"]>>> = {
  cpu: ["cpu"],
  webgpu: ["webgpu", "cpu"],
  cuda: ["cuda", "cpu"],
};

/** ONNX Runtime's options for a session on this device. */
export function sessionOptions(device: Device, threads: number): SessionOptions {
  return {
    executionProviders: PROVIDERS[device],
    intraOpNumThreads: threads,
    logSeverityLevel: 3,
    // Planned blocks would be allocated anew at the second run: a training step then holds a third more memory.
    enableMemPattern: false,
    // Threads that wait by spinning take the cores from whatever else runs: a third of a training step's CPU time.
    extra: { session: { intra_op: { allow_spinning: "0" } } },
  };
}
