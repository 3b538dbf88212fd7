/** The training of one run, with checkpoints: a killed run goes on where it was, and ends with the same numbers. */
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Sample } from "../data/types.js";
import { startEngine } from "../engine/index.js";
import { UserError } from "../errors.js";
import { cacheFolder } from "../features/cache.js";
import { loadCheckpoint, saveCheckpoint } from "../train/checkpoint.js";
import { paramGroups } from "../train/groups.js";
import { type Problem, train } from "../train/loop.js";
import { startState, type TrainState, toTensorRecord } from "../train/state.js";
import type { TensorRecord } from "../train/step.js";
import { disposeParams } from "../weights/load.js";
import { sha256 } from "./id.js";
import type { Learner, VideoBatch } from "./learner.js";
import type { EpochMetrics } from "./record.js";
import type { RunContext } from "./run-experiment.js";
import type { RunSpec, TrainSpec } from "./spec.js";
import { type TrainingBatches, trainingBatches } from "./training-batches.js";
import { disposeBatch, type VideoSource } from "./videos.js";

/** Seconds between two checkpoints of a run: VGHIF_CHECKPOINT_SECONDS, else 60. Runs that are shorter leave none. */
function checkpointSeconds(): number {
  const text = process.env.VGHIF_CHECKPOINT_SECONDS;
  if (!text) return 60;
  const seconds = Number(text);
  if (seconds >= 0) return seconds;
  throw new UserError(`VGHIF_CHECKPOINT_SECONDS is "${text}": set it to a number of seconds`);
}

export interface CheckpointPlace {
  readonly file: string;
  /** Everything that decides the run's numbers, hashed. */
  readonly run: string;
}

/** Where a run keeps its checkpoint; another spec, other weights or other data have another place. */
export function checkpointOf(spec: RunSpec, weights: string, manifest: string): CheckpointPlace {
  const run = sha256(JSON.stringify([spec, weights, manifest])).slice(0, 32);
  return { file: path.join(cacheFolder(), "checkpoints", `${run}.safetensors`), run };
}

export interface Fitted {
  readonly epochs: EpochMetrics[];
  /** The trained parameters' final values, owned by the caller. */
  readonly final: TensorRecord;
}

/** The videos of a training, and how many classes there are. */
export interface TrainingSet {
  readonly samples: readonly Sample[];
  readonly classes: number;
}

/** Trains where the spec says so; takes over `trained`. */
export async function fit(
  spec: RunSpec,
  context: RunContext,
  learner: Learner,
  source: VideoSource,
  training: TrainingSet,
  trained: TensorRecord,
  place: CheckpointPlace,
): Promise<Fitted> {
  if (!spec.train || Object.keys(trained).length === 0) return { epochs: [], final: trained };
  const places = placesOf(source, training.samples);
  if (places.length === 0) throw new UserError(`run on "${spec.dataset}": none of its training videos could be read`);
  const batches = trainingBatches(spec.train, spec.seed, source, places, training.classes);
  const problem = problemOf(spec.train, learner, batches, trained);
  const { backend } = await startEngine();
  const progress = await resume(place, backend, trained);
  disposeParams(trained);
  const { precision } = spec.train;
  const steps = train(problem, progress.state, {
    ...(context.signal ? { signal: context.signal } : {}),
    ...(precision ? { precision } : {}),
    handOver: true,
  });
  const { epochs } = progress;
  let { sum } = progress;
  let saved = performance.now();
  for (;;) {
    const next = await steps.next();
    if (next.done) {
      await rm(place.file, { force: true });
      return { epochs, final: toTensorRecord(next.value.params) };
    }
    const { step, epoch, endsEpoch, loss, lr, snapshot } = next.value;
    sum += loss;
    if (endsEpoch) {
      epochs.push({ epoch, loss: sum / problem.stepsPerEpoch, lr });
      sum = 0;
    }
    context.onProgress?.({
      phase: "train",
      done: step,
      total: problem.schedule.steps,
      note: `loss ${loss.toFixed(3)}`,
    });
    if (performance.now() - saved > 1000 * (context.checkpointSeconds ?? checkpointSeconds())) {
      mkdirSync(path.dirname(place.file), { recursive: true });
      await saveCheckpoint(place.file, await snapshot(), `${place.run} ${backend}`, JSON.stringify({ epochs, sum }));
      saved = performance.now();
    }
  }
}

interface Progress {
  readonly state: TrainState;
  readonly epochs: EpochMetrics[];
  /** Sum of the losses of the epoch that has begun. */
  readonly sum: number;
}

/** From the run's checkpoint where there is a sound one of this backend, else from the start. */
async function resume(place: CheckpointPlace, backend: string, trained: TensorRecord): Promise<Progress> {
  if (existsSync(place.file)) {
    try {
      const { state, notes } = await loadCheckpoint(place.file, `${place.run} ${backend}`);
      return { state, ...(JSON.parse(notes) as Pick<Progress, "epochs" | "sum">) };
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof SyntaxError)) throw error;
      await rm(place.file, { force: true });
    }
  }
  return { state: await startState(trained), epochs: [], sum: 0 };
}

/** Places in the source of those wanted videos that could be read. */
export function placesOf(source: VideoSource, wanted: readonly Sample[]): number[] {
  const place = new Map(source.samples.map((sample, at) => [sample.path, at]));
  return wanted.flatMap((sample) => place.get(sample.path) ?? []);
}

function problemOf(
  spec: TrainSpec,
  learner: Learner,
  batches: TrainingBatches,
  trained: TensorRecord,
): Problem<VideoBatch> {
  const { microBatch } = spec;
  const { stepsPerEpoch } = batches;
  return {
    lossOf: learner.lossOf(spec.labelSmoothing),
    groups: paramGroups(new Map(Object.entries(trained).map(([name, value]) => [name, value.rank])), spec, (name) =>
      learner.isAdded(name),
    ),
    schedule: {
      steps: spec.epochs * stepsPerEpoch,
      warmupSteps: spec.warmupEpochs * stepsPerEpoch,
      minLr: spec.lr / 100,
    },
    stepsPerEpoch,
    batchAt: (step) => batches.at(step),
    ...(microBatch ? { microBatchesAt: (step: number) => batches.partsAt(step, microBatch) } : {}),
    disposeBatch,
  };
}
