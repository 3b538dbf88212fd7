/** Records for tests of what derives from records: real specs and a real store, accuracies given by the test. */
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { readDataset } from "vghif/dist/data/manifest.js";
import type { Dataset } from "vghif/dist/data/types.js";
import { fewShotTable } from "vghif/dist/experiments/few-shot.js";
import { runId } from "vghif/dist/experiments/id.js";
import type { RunOutcome, RunRecord } from "vghif/dist/experiments/record.js";
import { manifestHash } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { openStore, type RecordStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { weightsFile } from "vghif/dist/weights/registry.js";
import { PROJECT_ROOT } from "../shared.js";

/** A folder that goes away after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif test "));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Two datasets x K = 2, 4 x two rows x three seeds: 24 runs. */
export const EXAMPLE_TABLE = fewShotTable({
  id: "example",
  title: "Example",
  datasets: [
    { smoke: "hmdb-like", paper: "hmdb51" },
    { smoke: "ucf-like", paper: "ucf101" },
  ],
  shots: [2, 4],
  seeds: { smoke: [0, 1, 2], paper: [0, 1, 2] },
});

/** What a run of this spec gave, with the test's accuracy. */
export function exampleOutcome(top1: number): RunOutcome {
  return {
    epochs: [{ epoch: 1, loss: 1.5, lr: 0.001 }],
    final: { top1, top5: 100, perClass: [top1, null], n: 127 },
    predictions: [["a/1.mp4", 0, [0, 1]]],
    skipped: [],
    parameters: { total: 31, trained: 7, fusion: 3 },
    seconds: { features: 1, train: 2, evaluate: 3 },
  };
}

/** A record of the manifest and the weights that the project ships, so that it counts as up to date. */
export function exampleRecord(spec: RunSpec, top1: number): RunRecord {
  return {
    id: runId(spec),
    spec,
    ...exampleOutcome(top1),
    datasetKind: "generated",
    hashes: { weights: weightsHash(spec.weights), manifest: manifestHash(shipped(spec.dataset)) },
    package: "vghif 0.0.0",
    backend: "cpu",
    device: "test",
    node: "v20.0.0",
    peakRssMb: 1,
    finished: "2026-01-01T00:00:00.000Z",
  };
}

/** A store with a record for every run of the example table that `top1` gives a number. */
export function exampleStore(t: TestContext, top1: (spec: RunSpec) => number | null): RecordStore {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  for (const spec of tableSpecs(EXAMPLE_TABLE, "smoke")) {
    const value = top1(spec);
    if (value !== null) store.write(exampleRecord(spec, value));
  }
  return store;
}

/** The manifest in the project, whatever data has been made there. */
function shipped(name: string): Dataset {
  return readDataset(path.join(PROJECT_ROOT, "data-manifests", name));
}

const hashes = new Map<string, string>();

function weightsHash(name: string): string {
  const file = weightsFile(name);
  if (!existsSync(file)) return "not here";
  const known = hashes.get(file) ?? createHash("sha256").update(readFileSync(file)).digest("hex");
  hashes.set(file, known);
  return known;
}
