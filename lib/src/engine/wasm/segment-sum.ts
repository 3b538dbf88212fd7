/** UnsortedSegmentSum for the wasm backend, which lacks it: the gradient of a gather over an embedding table. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo, UnsortedSegmentSumAttrs } from "@tensorflow/tfjs-core";
import { tf } from "../../nn/array.js";

/** Registers the kernel: out[segmentIds[i], ...] += x[i, ...]; ids outside the segments are left out. */
export function registerSegmentSum(): void {
  if (tf.getKernel("UnsortedSegmentSum", "wasm")) return;
  tf.registerKernel({
    kernelName: "UnsortedSegmentSum",
    backendName: "wasm",
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as unknown as { x: TensorInfo; segmentIds: TensorInfo };
      const { numSegments } = attrs as unknown as UnsortedSegmentSumAttrs;
      const wasm = backend as BackendWasm;
      const inner = x.shape.slice(segmentIds.shape.length);
      const out = wasm.makeOutput([numSegments, ...inner], x.dtype);
      const width = tf.util.sizeFromShape(inner);
      const ids = wasm.typedArrayFromHeap(segmentIds);
      const values = wasm.typedArrayFromHeap(x);
      const sums = wasm.typedArrayFromHeap(out).fill(0);
      for (let row = 0; row < ids.length; row++) {
        const segment = ids[row]!;
        if (segment < 0 || segment >= numSegments) continue;
        for (let i = 0; i < width; i++) sums[segment * width + i]! += values[row * width + i]!;
      }
      return out;
    },
  });
}
