/** Grounding maps for the report: where the text of a video's class looked, in the runs of a table. */
import fs from "node:fs";
import path from "node:path";
import { findDataset } from "../../data/manifest-find.js";
import { hasVideo, videoFile } from "../../data/prepare/locate.js";
import { classifyVideo } from "../../evaluate/classify.js";
import { groundingPicture } from "../../evaluate/grounding-picture.js";
import { writeFileWhole } from "../../files.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../../models/vghif-config.js";
import { disposeParams } from "../../weights/load.js";
import { weightsFile } from "../../weights/registry.js";
import { canonicalJson, runId, shortId } from "../id.js";
import type { RunRecord } from "../record.js";
import type { RunContext } from "../run-experiment.js";
import type { RunSpec, Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { type Table, tableSpecs } from "../table.js";
import { trainedRecognizer } from "../trained.js";
import { DRAWN, mapFiles, readMaps } from "./maps.js";
import { playedMaps } from "./played.js";
import { reportFolder } from "./write.js";

/**
 * Draws one map a dataset into the report's folder: `maps/`, for the page to play, and of a few-shot run with the default
 * options a picture in `pictures/` too. It is the table's VgHIF run with the most shots and, of those, the most passes, maps a
 * frame and levels, with the first seed, on the first test video that it recognises. A run without a record, or whose video
 * or weights are not here, is left out; a map that is there is kept, one whose run has no record any more is removed. Trains the
 * run's model once more (records hold no weights); it is then cached.
 */
export async function drawGrounding(
  table: Table,
  scale: Scale,
  store: RecordStore,
  context: RunContext = {},
  folder: string = reportFolder(),
): Promise<void> {
  for (const name of ["maps", "pictures"]) fs.mkdirSync(path.join(folder, name), { recursive: true });
  const kept = removeOutdated(folder, store);
  for (const spec of chosenRuns(tableSpecs(table, scale)).filter((run) => store.has(runId(run)))) {
    if (kept.has(runId(spec))) continue;
    const record = store.read(runId(spec));
    const hit = record.predictions.find(([, label, best]) => best[0] === label);
    if (hit && isHere(spec, hit[0])) await draw(record, hit[0], hit[1], folder, context);
  }
}

/** Removes what was drawn of other records than those there are; returns the runs whose maps stay. */
function removeOutdated(folder: string, store: RecordStore): ReadonlySet<string> {
  const kept = new Map<string, string>();
  for (const file of mapFiles(folder)) {
    const { run, finished } = readMaps(file);
    if (store.has(run) && store.read(run).finished === finished) kept.set(path.parse(file).name, run);
    else fs.rmSync(file);
  }
  const pictures = path.join(folder, "pictures");
  const drawn = fs.readdirSync(pictures).filter((name) => DRAWN.test(name) && name.endsWith(".svg"));
  for (const name of drawn) if (!kept.has(path.parse(name).name)) fs.rmSync(path.join(pictures, name));
  return new Set(kept.values());
}

async function draw(
  record: RunRecord,
  video: string,
  label: number,
  folder: string,
  context: RunContext,
): Promise<void> {
  const { spec } = record;
  const dataset = findDataset(spec.dataset);
  const { classes } = dataset;
  const recognizer = await trainedRecognizer(spec, context);
  try {
    const file = videoFile(dataset, { path: video });
    const result = await classifyVideo(recognizer, file, classes, spec);
    if (result.attention.length === 0) return;
    const setting = spec.shots === null ? "full" : `K = ${spec.shots}`;
    const title = `${spec.dataset}, ${classes[label]}, ${setting}`.replace(/[^\w=-]+/g, "-");
    const name = `${title}-run-${shortId(record.id)}`;
    if (spec.shots !== null && canonicalJson(spec.vghif) === canonicalJson(VGHIF_DEFAULTS)) {
      const svg = await groundingPicture(recognizer, file, result, classes, classes[label]!);
      fs.writeFileSync(path.join(folder, "pictures", `${name}.svg`), svg);
    }
    const maps = await playedMaps(recognizer, file, result, classes, label, record);
    writeFileWhole(path.join(folder, "maps", `${name}.json`), JSON.stringify(maps));
  } finally {
    disposeParams(recognizer.params);
  }
}

function isHere(spec: RunSpec, video: string): boolean {
  return hasVideo(findDataset(spec.dataset), { path: video }) && fs.existsSync(weightsFile(spec.weights));
}

/** A dataset's VgHIF run with the most to show; the first of several. */
function chosenRuns(specs: readonly RunSpec[]): readonly RunSpec[] {
  const chosen = new Map<string, RunSpec>();
  for (const spec of specs) {
    const best = chosen.get(spec.dataset);
    if (spec.vghif && attends(spec.vghif) && (!best || shows(spec, best) > 0)) chosen.set(spec.dataset, spec);
  }
  return [...chosen.values()];
}

function attends({ interaction, iterations, guide }: VghifConfig): boolean {
  return interaction === "attention" && iterations > 0 && guide !== "text-to-visual";
}

/** Whether `one` has more to show than `other`: positive, 0 or negative. */
function shows(one: RunSpec, other: RunSpec): number {
  const [own, others] = [one, other].map(({ shots, vghif }) => [
    shots ?? 0,
    vghif?.iterations ?? 0,
    vghif?.select === "all" ? 1 : 0,
    vghif?.levels === null ? Number.POSITIVE_INFINITY : (vghif?.levels.length ?? 0),
  ]);
  const at = own!.findIndex((value, index) => value !== others![index]);
  return at < 0 ? 0 : own![at]! - others![at]!;
}
