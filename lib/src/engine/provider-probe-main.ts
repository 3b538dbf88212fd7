/**
 * Child process of `probe`: one small product on one execution provider of ONNX Runtime, with no way back to the CPU.
 * Prints "right" where its values are right; anything else, a crash included, means that the provider does not work.
 */
import { Graph } from "./compile/graph.js";
import { INPUT, OUTPUT, onnxModel } from "./compile/onnx.js";
import { loadRuntime } from "./runtime.js";

async function main(provider: string): Promise<void> {
  const graph = new Graph();
  const x = graph.input("x", [2, 3], "float32");
  const weights = graph.constant([2, 3, 5, 7, 11, 13], [3, 2], "float32");
  const product = graph.node("MatMul", [x, weights], [2, 2], "float32");
  const runtime = await loadRuntime();
  const session = await runtime.InferenceSession.create(onnxModel(new Map([["y", product]])), {
    executionProviders: [provider],
    logSeverityLevel: 4,
    extra: { session: { disable_cpu_ep_fallback: "1" } },
  });
  const values = new runtime.Tensor("float32", Float32Array.of(1, 2, 3, -1, 0, 1), [2, 3]);
  const { [`${OUTPUT}y`]: y } = await session.run({ [`${INPUT}x`]: values });
  process.stdout.write(String(y?.data) === "45,56,9,10" ? "right" : `wrong values: ${y?.data}`);
  await session.release();
}

main(process.argv[2] ?? "").catch((error: unknown) => {
  process.stdout.write(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
