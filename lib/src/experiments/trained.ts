/** The recogniser that a run trains, kept on disk: records hold numbers only, and some pages want the model itself. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { findDataset } from "../data/manifest-find.js";
import { loadRecognizer, type Recognizer, saveRecognizer } from "../evaluate/recognizer.js";
import { cacheFolder } from "../features/cache.js";
import { sha256 as sha256OfFile } from "../weights/load.js";
import { weightsFile } from "../weights/registry.js";
import { runId, sha256 } from "./id.js";
import { prepare } from "./prepare.js";
import { manifestHash, type RunContext, runExperiment } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";

/** Of the files that are kept: those of another number are made anew. */
const FORMAT = "2";

/**
 * Trains the spec's recogniser, or loads it where it was trained before with the same data and weights. Its parameters
 * are the caller's (`disposeParams`).
 *
 * @throws UserError where data or weights are missing
 */
export async function trainedRecognizer(spec: RunSpec, context: RunContext = {}): Promise<Recognizer> {
  await prepare([spec], context.signal ? { signal: context.signal } : {});
  const parts = [
    FORMAT,
    runId(spec),
    await sha256OfFile(weightsFile(spec.weights)),
    manifestHash(findDataset(spec.dataset)),
  ];
  const file = path.join(cacheFolder(), "recognizers", `${sha256(parts.join(" ")).slice(0, 24)}.safetensors`);
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    await runExperiment(spec, {
      ...context,
      onTrained: (params, config) => saveRecognizer(file, params, config, spec.template),
    });
  }
  return loadRecognizer(file);
}
