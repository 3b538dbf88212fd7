/** Grounding maps for the report: where the text of a video's class looked, in the runs of a table. */
import fs from "node:fs";
import path from "node:path";
import { datasetRoot, findDataset } from "../../data/manifest-find.js";
import { classifyVideo } from "../../evaluate/classify.js";
import { groundingPicture } from "../../evaluate/grounding-picture.js";
import { disposeParams } from "../../weights/load.js";
import { weightsFile } from "../../weights/registry.js";
import { runId, shortId } from "../id.js";
import type { RunContext } from "../run-experiment.js";
import type { RunSpec, Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { type Table, tableSpecs } from "../table.js";
import { trainedRecognizer } from "../trained.js";
import { reportFolder } from "./write.js";

/** Ending of the files that are drawn here; others in the folder are left alone. */
const DRAWN = /-run-[0-9a-f]{12}\.svg$/;

/**
 * Draws one map a dataset into the report's `pictures/`, in place of those drawn before: the table's VgHIF run with the
 * most shots and the first seed, on the first test video that it recognises. A run without a record, or whose video or
 * weights are not here, is left out. Trains the run's model once more (records hold no weights); it is then cached.
 */
export async function drawGrounding(
  table: Table,
  scale: Scale,
  store: RecordStore,
  context: RunContext = {},
  folder: string = reportFolder(),
): Promise<void> {
  const pictures = path.join(folder, "pictures");
  fs.mkdirSync(pictures, { recursive: true });
  for (const old of fs.readdirSync(pictures).filter((name) => DRAWN.test(name))) fs.rmSync(path.join(pictures, old));
  for (const spec of chosenRuns(tableSpecs(table, scale)).filter((run) => store.has(runId(run)))) {
    const { predictions } = store.read(runId(spec));
    const hit = predictions.find(([, label, best]) => best[0] === label);
    if (hit && isHere(spec, hit[0])) await draw(spec, hit[0], hit[1], pictures, context);
  }
}

async function draw(spec: RunSpec, video: string, label: number, folder: string, context: RunContext): Promise<void> {
  const dataset = findDataset(spec.dataset);
  const { classes } = dataset;
  const recognizer = await trainedRecognizer(spec, context);
  try {
    const file = path.join(datasetRoot(dataset), video);
    const result = await classifyVideo(recognizer, file, classes, spec);
    const svg = await groundingPicture(recognizer, file, result, classes, classes[label]!);
    const title = `${spec.dataset}, ${classes[label]}, K = ${spec.shots}`.replace(/[^\w=-]+/g, "-");
    fs.writeFileSync(path.join(folder, `${title}-run-${shortId(runId(spec))}.svg`), svg);
  } finally {
    disposeParams(recognizer.params);
  }
}

function isHere(spec: RunSpec, video: string): boolean {
  return (
    fs.existsSync(path.join(datasetRoot(findDataset(spec.dataset)), video)) && fs.existsSync(weightsFile(spec.weights))
  );
}

/** A dataset's VgHIF run with the most shots; the first of several seeds. */
function chosenRuns(specs: readonly RunSpec[]): readonly RunSpec[] {
  const chosen = new Map<string, RunSpec>();
  for (const spec of specs) {
    const best = chosen.get(spec.dataset);
    if (spec.vghif && (!best || (spec.shots ?? 0) > (best.shots ?? 0))) chosen.set(spec.dataset, spec);
  }
  return [...chosen.values()];
}
