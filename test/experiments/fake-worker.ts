/** A worker whose runs take no time: deterministic outcomes, and every way a run can end. Chosen by the spec's template. */
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "vghif/dist/errors.js";
import { serveRuns } from "vghif/dist/experiments/worker.js";
import { exampleOutcome } from "./example-runs.js";

serveRuns(async (spec, { onProgress }) => {
  onProgress?.({ phase: "features", done: 1, total: 1 });
  await sleep(20);
  onProgress?.({ phase: "train", done: 1, total: 2 });
  await sleep(20);
  if (spec.template.includes("refuse")) throw new UserError("no videos here; make them first");
  if (spec.template.includes("break")) throw new TypeError("a defect");
  if (spec.template.includes("die")) process.kill(process.pid, "SIGKILL");
  if (spec.template.includes("leave")) process.exit(7);
  if (spec.template.includes("hang")) await sleep(60_000);
  onProgress?.({ phase: "evaluate", done: 2, total: 2 });
  return { ...exampleOutcome(50 + spec.seed), datasetKind: "user", hashes: { weights: "w", manifest: "m" } };
});
