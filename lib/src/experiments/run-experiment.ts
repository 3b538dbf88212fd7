/** One run from its spec: data, weights, features, training, evaluation. What it returns depends on the spec alone. */
import { spelledClasses } from "../data/class-names.js";
import { fewShotTraining } from "../data/few-shot.js";
import type { StoredDataset } from "../data/manifest.js";
import { openDataset } from "../data/manifest-find.js";
import { videoRoot } from "../data/prepare/locate.js";
import { random } from "../data/random.js";
import type { Dataset, Sample } from "../data/types.js";
import type { VideoRoot } from "../data/video/source.js";
import { startEngine } from "../engine/index.js";
import { UserError } from "../errors.js";
import { perClassTop1, topK } from "../evaluate/metrics.js";
import type { Tower } from "../features/encode.js";
import { backbonePrompts } from "../features/prompts.js";
import { frozenTexts } from "../features/text.js";
import type { VideoTextBackbone } from "../models/backbone.js";
import { withRemat } from "../models/families.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { initFusion } from "../models/vghif-params.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { checkTrainingPrecision } from "../train/loop.js";
import type { TensorRecord } from "../train/step.js";
import { disposeParams, sha256 as sha256OfFile } from "../weights/load.js";
import { type LoadedBackbone, loadBackbone } from "../weights/load-backbone.js";
import { weightsFile } from "../weights/registry.js";
import { countRecognizer } from "./cost/count.js";
import { checkpointOf, fit } from "./fit.js";
import { sha256 } from "./id.js";
import { frozenTowers, Learner, trainedBackbone } from "./learner.js";
import { CHECKED_BEFOREHAND, pixelSource } from "./pixel-source.js";
import type { RunOutcome } from "./record.js";
import { score } from "./score.js";
import { scoreViews } from "./score-views.js";
import type { RunSpec } from "./spec.js";
import { featureSource, type TrainingDraws, type VideoSource } from "./videos.js";

export interface RunEvent {
  readonly phase: "features" | "train" | "evaluate";
  readonly done: number;
  readonly total: number;
  readonly note?: string;
}

export interface RunContext {
  readonly signal?: AbortSignal;
  readonly onProgress?: (event: RunEvent) => void;
  /** Seconds between checkpoints of the training. Default: VGHIF_CHECKPOINT_SECONDS, else 60. */
  readonly checkpointSeconds?: number;
  /** Is shown the trained parameters before they are freed. */
  readonly onTrained?: (trained: Params, config: RecognizerConfig) => Promise<void>;
}

export interface ExperimentResult extends RunOutcome {
  readonly datasetKind: Dataset["kind"];
  readonly hashes: { readonly weights: string; readonly manifest: string };
}

/** Computes a run. Throws a UserError for what the user can mend: missing data or weights, too few videos, a NaN loss. */
export async function runExperiment(spec: RunSpec, context: RunContext = {}): Promise<ExperimentResult> {
  await startEngine();
  if (spec.train?.precision) checkTrainingPrecision(spec.train.precision);
  const dataset = await openDataset(spec.dataset, context.signal);
  const { training, evaluation } = samplesOf(spec, dataset);
  const file = weightsFile(spec.weights);
  const hash = await sha256OfFile(file);
  const { backbone: loaded, params, towerIds } = await loadSpecBackbone(spec, file);
  const backbone = spec.train?.remat ? withRemat(loaded) : loaded;
  const config: RecognizerConfig = { backbone, vghif: spec.vghif };
  const trainable = spec.train?.trainable ?? "none";
  const started = performance.now();
  const tower: Tower = { backbone, params, hash: towerIds.visual };
  const root = videoRoot(dataset);
  const single = spec.views ? [] : evaluation;
  const source = await sourceOf(spec, context, config, tower, root, training, single);
  const featureSeconds = secondsSince(started);

  const names = spelledClasses(dataset.classes, spec.spelling);
  const text = frozenTowers(trainable, backbone).text
    ? await frozenTexts({ config, params, hash: towerIds.text }, names, spec.template)
    : await backbonePrompts(backbone, names, spec.template);
  const fusion = spec.vghif
    ? initFusion(spec.vghif, backbone.config, params, random(spec.seed).fork("fusion").normal)
    : {};
  const trainedNames = new Set(trainedBackbone(trainable, backbone));
  const trained: TensorRecord = { ...fusion };
  const fixed: TensorRecord = {};
  for (const [name, value] of Object.entries(params)) {
    if (trainedNames.has(name)) trained[name] = value;
    else fixed[name] = value;
  }
  const gigaMacs = gigaMacsOf(config, spec.frames, dataset.classes.length);
  const parameters = countParameters({ ...fixed, ...trained }, trained, fusion);
  const learner = new Learner(config, { ...fixed, ...trained }, text);
  try {
    const manifest = manifestHash(dataset);
    const checkpoint = checkpointOf(spec, hash, manifest);
    const begunTraining = performance.now();
    const trainingSet = { samples: training, classes: dataset.classes.length };
    const { epochs, final } = await fit(spec, context, learner, source, trainingSet, trained, checkpoint);
    const trainSeconds = secondsSince(begunTraining);
    const begun = performance.now();
    const { predictions, scored, skipped } = spec.views
      ? await scoreViews(spec, spec.views, context, learner, { config, tower, root }, evaluation, final)
      : { ...(await score(spec, context, learner, source, evaluation, final)), skipped: [] };
    await context.onTrained?.({ ...fixed, ...final }, config);
    disposeParams(final);
    return {
      epochs,
      final: {
        top1: topK(scored, 1),
        top5: topK(scored, 5),
        perClass: perClassTop1(scored, dataset.classes.length),
        n: scored.length,
      },
      predictions,
      skipped: [...source.skipped, ...skipped],
      parameters,
      gigaMacs,
      seconds: { features: featureSeconds, train: trainSeconds, evaluate: secondsSince(begun) },
      datasetKind: dataset.kind,
      hashes: { weights: hash, manifest },
    };
  } finally {
    await source.close?.();
    disposeParams(fixed);
    tf.dispose(Object.values(text) as Tensor[]);
  }
}

/**
 * The spec's backbone. What its family adds to a CLIP checkpoint starts from the spec's seed where it is trained; what stays as it
 * is stands for a checkpoint's and is the same for all seeds, so that they share the towers' features.
 */
export function loadSpecBackbone(
  spec: Pick<RunSpec, "model" | "frames" | "prompts" | "seed" | "train">,
  file: string,
): Promise<LoadedBackbone> {
  const trainable = spec.train?.trainable ?? "none";
  const seedOf = (name: string, backbone: VideoTextBackbone): number =>
    trainable !== "none" && backbone.inGroup(name, trainable) ? spec.seed : 0;
  return loadBackbone(file, {
    family: spec.model,
    frames: spec.frames,
    ...(spec.prompts ? { visionPrompts: spec.prompts.vision, textPrompts: spec.prompts.text } : {}),
    draws: (name, backbone) => random(seedOf(name, backbone)).fork("backbone").fork(name),
    drawsKey: (name, backbone) => String(seedOf(name, backbone)),
  });
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}

/** The training videos (drawn, where it is few-shot) and those that are scored. */
function samplesOf(
  spec: RunSpec,
  dataset: StoredDataset,
): { training: readonly Sample[]; evaluation: readonly Sample[] } {
  const need = (split: "train" | "val" | "test"): readonly Sample[] => {
    const samples = dataset.splits[split] ?? [];
    if (samples.length > 0) return samples;
    throw new UserError(`dataset "${dataset.name}" has no videos in its ${split} split; see its manifest`);
  };
  const evaluation = need(spec.evaluate);
  if (spec.task === "zero-shot" || !spec.train) return { training: [], evaluation };
  if (spec.task === "full") return { training: need("train"), evaluation };
  if (spec.shots === null) throw new UserError(`run on "${dataset.name}": a few-shot run needs "shots"`);
  if (!spec.fewShotLists) need("train");
  return { training: fewShotTraining(dataset, spec.shots, spec.seed, spec.fewShotLists), evaluation };
}

function sourceOf(
  spec: RunSpec,
  context: RunContext,
  config: RecognizerConfig,
  tower: Tower,
  root: VideoRoot,
  training: readonly Sample[],
  scored: readonly Sample[],
): Promise<VideoSource> {
  const samples = [...training, ...scored];
  const options = {
    frames: spec.frames,
    ...(context.signal ? { signal: context.signal } : {}),
    onProgress: (done: number, total: number) => context.onProgress?.({ phase: "features", done, total }),
  };
  const frozen = frozenTowers(spec.train?.trainable ?? "none", config.backbone);
  const draws = trainingDraws(spec);
  if (!frozen.visual) {
    const late = spec.train?.replace === "next" || training.length > CHECKED_BEFOREHAND;
    return pixelSource(config, root, samples, {
      ...options,
      ...(draws ? { training: draws } : {}),
      ...(late ? { replaceable: training } : {}),
    });
  }
  if (draws) throw new UserError(drawsNeedPixels(spec));
  if (spec.train?.replace) {
    const why = `the visual tower is frozen ("trainable": "${spec.train.trainable}") and sees each video once, before training`;
    throw new UserError(
      `run on "${spec.dataset}": "replace" has no sense, ${why}; leave it out, or train the visual tower`,
    );
  }
  return featureSource(tower, config, root, samples, options);
}

/** What chance does to the spec's training clips; undefined: nothing. */
function trainingDraws({ train, seed }: RunSpec): TrainingDraws | undefined {
  if (!train?.sampling && !train?.augment && !train?.mixing) return undefined;
  return {
    ...(train.sampling ? { sampling: { rule: "random", seed, clip: 0, clips: 1 } } : {}),
    ...(train.augment ? { augment: { ...train.augment, seed } } : {}),
  };
}

function drawsNeedPixels({ dataset, train }: RunSpec): string {
  const fields = (["sampling", "augment", "mixing"] as const).filter((field) => train?.[field]);
  return (
    `run on "${dataset}": ${fields.map((field) => `"${field}"`).join(", ")} vary the training clips every epoch, but the visual ` +
    `tower is frozen ("trainable": "${train?.trainable}") and sees each video once; leave them out, or train the visual tower`
  );
}

/** By what decides them: a sweep has few different models. */
const counted = new Map<string, number>();

function gigaMacsOf({ backbone, vghif }: RecognizerConfig, frames: number, classes: number): number {
  const { family, config } = backbone;
  const key = JSON.stringify([family, config, vghif, frames, classes]);
  const known = counted.get(key) ?? countRecognizer(backbone, vghif, frames, classes).multiplyAccumulates / 1e9;
  counted.set(key, known);
  return known;
}

function countParameters(all: Params, trained: Params, fusion: Params): RunOutcome["parameters"] {
  const size = (params: Params): number => Object.values(params).reduce((sum, { size: n }) => sum + n, 0);
  return { total: size(all), trained: size(trained), fusion: size(fusion) };
}

/** SHA-256 of what the manifest says: classes, splits, and published few-shot lists where there are any. */
export function manifestHash({ name, classes, splits, fewShot }: StoredDataset): string {
  return sha256(JSON.stringify([name, classes, splits, ...(fewShot ? [fewShot] : [])]));
}
