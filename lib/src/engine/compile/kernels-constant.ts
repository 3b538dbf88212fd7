/** Kernels whose values follow from their attributes or from a shape. */
import type { DType, Graph, Node } from "./graph.js";
import { expand } from "./ops.js";
import type { Recorder, Recorders } from "./recorder.js";

const like =
  (value: number): Recorder =>
  ({ g, inputs }) =>
    expand(g, g.scalar(value, inputs.x!.dtype), inputs.x!.shape);

export const CONSTANTS: Recorders = {
  ZerosLike: like(0),
  OnesLike: like(1),
  Fill: ({ g, attrs }) =>
    expand(g, g.scalar(attrs.value as number, (attrs.dtype as DType) ?? "float32"), attrs.shape as number[]),
  Range: ({ g, attrs }) => {
    const [start, stop, step] = [attrs.start, attrs.stop, attrs.step] as [number, number, number];
    // tfjs turns a step of 1 round where the range goes down.
    const signed = stop < start && step === 1 ? -1 : step;
    const length = Math.max(0, Math.ceil((stop - start) / signed));
    return ramp(g, start, signed, length, ((attrs.dtype as string) ?? "float32") as DType);
  },
  LinSpace: ({ g, attrs }) => {
    const [start, stop, num] = [attrs.start, attrs.stop, attrs.num] as [number, number, number];
    return ramp(g, start, (stop - start) / (num - 1), num, "float32");
  },
};

/** Each value is the one before plus the step, rounded, as tfjs makes them. */
function ramp(g: Graph, start: number, step: number, length: number, dtype: DType): Node {
  const values = dtype === "float32" ? new Float32Array(length) : new Int32Array(length);
  values[0] = start;
  for (let i = 1; i < length; i++) values[i] = values[i - 1]! + step;
  return g.constant(values, [length], dtype);
}
