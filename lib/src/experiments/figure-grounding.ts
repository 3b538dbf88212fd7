/** figure-grounding: where the text of a video's class looked over the frames, a row for every level and pass of VgHIF. */
import path from "node:path";
import { datasetRoot, findDataset } from "../data/manifest-find.js";
import type { Sample } from "../data/types.js";
import { UserError } from "../errors.js";
import { classifyVideo } from "../evaluate/classify.js";
import { groundingPicture } from "../evaluate/grounding-picture.js";
import { disposeParams } from "../weights/load.js";
import { runId } from "./id.js";
import type { RunContext } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";
import type { RecordStore } from "./store.js";
import { trainedRecognizer } from "./trained.js";

export interface GroundingChoice {
  /** The run whose recogniser looks; it has a VgHIF that attends. Trained again, or read from the cache. */
  readonly spec: RunSpec;
  /** Path of a video below the dataset, as in its manifest. Default: the first scored video that the run recognises. */
  readonly video?: string;
  /** Name of the class whose text looks. Default: the video's own. */
  readonly label?: string;
}

export interface GroundingFigure {
  readonly svg: string;
  readonly alt: string;
}

/**
 * Draws A, the attention of the class's text averaged over heads, over the frames as the model saw them.
 *
 * @throws UserError where data or weights are missing, the video or the class is unknown, or the run has no fusion that attends
 */
export async function figureGrounding(
  { spec, video, label }: GroundingChoice,
  store: RecordStore,
  context: RunContext = {},
): Promise<GroundingFigure> {
  const dataset = findDataset(spec.dataset);
  const { classes } = dataset;
  const recognizer = await trainedRecognizer(spec, context);
  try {
    const shown = video ?? firstHit(spec, store) ?? dataset.splits[spec.evaluate]?.[0]?.path;
    const sample = allSamples(dataset.splits).find((candidate) => candidate.path === shown);
    if (!sample) throw new UserError(`dataset "${spec.dataset}" has no video "${shown}"; see its manifest`);
    const name = label ?? classes[sample.label]!;
    const file = path.join(datasetRoot(dataset), sample.path);
    const result = await classifyVideo(recognizer, file, classes, { frames: spec.frames, template: spec.template });
    const { label: answer, probability } = result.scores[0]!;
    return {
      svg: await groundingPicture(recognizer, file, result, classes, name),
      alt:
        `Where the text "${name}" looked in ${sample.path} (class "${classes[sample.label]}") of ${spec.dataset}: ` +
        `${result.attention.length} visits of VgHIF, one row each; the model's answer is "${answer}" with ${Math.round(100 * probability)} %.`,
    };
  } finally {
    disposeParams(recognizer.params);
  }
}

function allSamples(splits: Readonly<Partial<Record<string, readonly Sample[]>>>): readonly Sample[] {
  return Object.values(splits).flatMap((samples) => samples ?? []);
}

function firstHit(spec: RunSpec, store: RecordStore): string | undefined {
  const id = runId(spec);
  return store.has(id) ? store.read(id).predictions.find(([, label, best]) => best[0] === label)?.[0] : undefined;
}
