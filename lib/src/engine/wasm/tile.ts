/**
 * Tile for the wasm backend, whose own takes 40 ns a value: it asks for every value's place. Here runs of
 * consecutive values are copied whole. Broadcasts (`tf.broadcastTo`, class tokens, prompts) come down to it.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo, TileAttrs } from "@tensorflow/tfjs-core";
import { tf } from "../../nn/array.js";

/** Replaces the Tile kernel of the wasm backend. */
export function registerTile(): void {
  const original = tf.getKernel("Tile", "wasm");
  if (!original) throw new Error("the wasm backend has no Tile kernel");
  tf.unregisterKernel("Tile", "wasm");
  tf.registerKernel({
    ...original,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x } = inputs as unknown as { x: TensorInfo };
      const { reps } = attrs as unknown as TileAttrs;
      const wasm = backend as BackendWasm;
      const out = wasm.makeOutput(
        x.shape.map((size, axis) => size * reps[axis]!),
        x.dtype,
      );
      const to = wasm.typedArrayFromHeap(out);
      to.set(wasm.typedArrayFromHeap(x));
      repeatInPlace(to, x.shape, reps);
      return out;
    },
  });
}

/** `to` starts with the untiled values; grows them axis by axis, last axis first. */
function repeatInPlace(to: tf.TypedArray, shape: readonly number[], reps: readonly number[]): void {
  let run = 1; // values below the axis, already tiled
  let held = tf.util.sizeFromShape([...shape]);
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    run *= shape[axis]!;
    const times = reps[axis]!;
    if (times !== 1) {
      const runs = held / run;
      // From the last run to the first, since the grown runs overwrite what stands behind them.
      for (let i = runs - 1; i >= 0; i--) {
        if (run === 1) to.fill(to[i]!, i * times, (i + 1) * times);
        else
          for (let copy = times - 1; copy >= 0; copy--) to.copyWithin((i * times + copy) * run, i * run, (i + 1) * run);
      }
      held *= times;
      run *= times;
    }
  }
}
