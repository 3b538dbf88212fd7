import type { Register } from "./main.js";

/** `vghif parity CASE-DIR`: one JSON line a tensor; exit code 1 where one is not ok. */
export const register: Register = (program) => {
  program
    .command("parity")
    .argument("<case>", "a folder with config.json, inputs, outputs and, for a model, weights")
    .description("recompute every tensor of a reference case and compare it; one JSON line a tensor")
    .option("--compiled", "compute in compiled programs instead of op by op")
    .action(async (dir: string, { compiled = false }: { compiled?: boolean }) => {
      const { startEngine } = await import("../engine/index.js");
      const { parity } = await import("../parity/parity.js");
      await startEngine();
      const comparisons = await parity(dir, compiled ? "compiled" : "eager");
      for (const comparison of comparisons) console.log(JSON.stringify(comparison));
      const wrong = comparisons.filter((comparison) => !comparison.ok);
      if (wrong.length > 0) {
        console.error(`vghif: ${wrong.length} of ${comparisons.length} tensors differ, first "${wrong[0]!.tensor}"`);
        process.exitCode = 1;
      }
    });
};
