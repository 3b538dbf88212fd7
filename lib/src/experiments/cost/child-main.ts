/** Entry of a process that loads one side and runs it, and says how much memory that took: `child-main.js SPEC-JSON SIDE`. */
import { messageOf } from "../../errors.js";
import { peakBytes } from "../../peak-memory.js";
import { loadedBackbone, recognition, type SideName } from "./model.js";
import type { CostSpec } from "./spec.js";

/** The first run reserves what later ones use again. */
const RUNS = 3;

async function main(json: string, side: SideName): Promise<void> {
  const spec = JSON.parse(json) as CostSpec;
  const { backbone, params } = await loadedBackbone(spec);
  const recogniser = await recognition(spec, backbone, params, side);
  for (let count = 0; count < RUNS; count++) await recogniser.run();
  process.stdout.write(`${JSON.stringify({ peakBytes: peakBytes() })}\n`);
}

const [json = "", side = ""] = process.argv.slice(2);
main(json, side as SideName).then(
  // Threads of the backends would keep the process alive.
  () => process.exit(0),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
