/** figure-grounding: where the text of a video's class looked over the frames, a row for every level and pass of VgHIF. */
import { spelledClasses } from "../data/class-names.js";
import { findDataset } from "../data/manifest-find.js";
import { videoFile } from "../data/prepare/locate.js";
import type { Dataset, Sample } from "../data/types.js";
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
  const names = spelledClasses(classes, spec.spelling);
  const sample = sampleOf(dataset, video ?? firstHit(spec, store) ?? dataset.splits[spec.evaluate]?.[0]?.path, spec);
  const asked = label === undefined ? sample.label : classes.indexOf(label);
  if (asked < 0) throw new UserError(`dataset "${spec.dataset}" has no class "${label}"; see its manifest`);
  const recognizer = await trainedRecognizer(spec, context);
  try {
    const file = videoFile(dataset, sample);
    const result = await classifyVideo(recognizer, file, names, { frames: spec.frames, template: spec.template });
    const { label: answer, probability } = result.scores[0]!;
    return {
      svg: await groundingPicture(recognizer, file, result, names, names[asked]!),
      alt:
        `Where the text "${classes[asked]}" looked in ${sample.path} (class "${classes[sample.label]}") of ${spec.dataset}: ` +
        `${result.attention.length} visits of VgHIF, one row each; the model's answer is "${answer}" with ${Math.round(100 * probability)} %.`,
    };
  } finally {
    disposeParams(recognizer.params);
  }
}

function sampleOf({ splits }: Dataset, video: string | undefined, spec: RunSpec): Sample {
  const samples = Object.values(splits).flatMap((split) => split ?? []);
  const sample = samples.find((candidate) => candidate.path === video);
  if (sample) return sample;
  throw new UserError(`dataset "${spec.dataset}" has no video "${video}"; see its manifest`);
}

function firstHit(spec: RunSpec, store: RecordStore): string | undefined {
  const id = runId(spec);
  return store.has(id) ? store.read(id).predictions.find(([, label, best]) => best[0] === label)?.[0] : undefined;
}
