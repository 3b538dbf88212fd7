/**
 * A run, fully written out and JSON-serialisable: no hidden defaults. The SHA-256 of its canonical JSON is its id,
 * the name of its record, and what tables, sweeps and reruns refer to.
 */
import type { MixingSpec } from "../data/augment/mixing.js";
import type { Augmentation } from "../data/augment/spec.js";
import type { Spelling } from "../data/class-names.js";
import type { FewShotLists } from "../data/few-shot.js";
import type { ViewsSpec } from "../data/frames/views.js";
import type { HalfType } from "../engine/compile/graph.js";
import type { FamilyName } from "../models/families.js";
import type { VghifConfig } from "../models/vghif-config.js";
import type { PromptConfig } from "../models/vificlip-config.js";

export type Scale = "smoke" | "paper";

/**
 * Which parameters are trained. The fusion's own are always trained where there is a fusion. A tower without trained parameters
 * is run once: its videos' features are cached on disk, its texts kept.
 */
export type Trainable =
  /** What stands after the towers: final norms, projections, logit scale, modules over time. */
  | "head"
  /** What the backbone's family adds to CLIP, such as learned prompts. */
  | "added"
  /** Everything but the text tower, its tokens and the logit scale (X-CLIP's official rule). */
  | "visual"
  /** Every parameter of the backbone. */
  | "all"
  /** Nothing of the backbone. */
  | "none";

export interface TrainSpec {
  readonly epochs: number;
  readonly warmupEpochs: number;
  /** Videos a step. */
  readonly batch: number;
  /**
   * Videos whose gradient is computed at a time, and added up to the step's (train/accumulate.ts); also videos scored at a
   * time. For less memory. Default: all of a step.
   */
  readonly microBatch?: number;
  /** Peak learning rate of the backbone's parameters. */
  readonly lr: number;
  /** The fusion's learning rate is lr times this. */
  readonly fusionLrScale: number;
  /** The learning rate of what the backbone's family adds to CLIP is lr times this. Default 1. */
  readonly addedLrScale?: number;
  readonly weightDecay: number;
  /** Which tensors of the backbone decay: all, or none of rank 1, biases and positions. Default 'all'. */
  readonly decay?: "all" | "matrices";
  /** 0 to 1. */
  readonly labelSmoothing: number;
  readonly trainable: Trainable;
  /**
   * Which frames of a training video: "segments", one by chance from each of T equal segments, anew every epoch. Here and in
   * `augment` and `mixing` the run's seed decides, and the visual tower must be trained. Default: the segments' centres.
   */
  readonly sampling?: "segments";
  /** How training clips are varied, anew every epoch (docs/augmentation.md). Default: they are what a test sees. */
  readonly augment?: Augmentation;
  /** Training clips are mixed with each other, and so are their smoothed labels. Default: they are not. */
  readonly mixing?: MixingSpec;
  /**
   * A training video that cannot be read: "next", the next readable one of its class in the manifest takes its place, and the
   * record lists both; the videos are then read when their turn comes. The visual tower must be trained. Default: it is left
   * out, which takes reading all videos beforehand; of more than 20 000 none is read beforehand, and the rule is "next".
   */
  readonly replace?: "next";
  /** What the products of training steps are computed in, under a loss scale. Default: float32. */
  readonly precision?: HalfType;
  /** The towers' blocks are computed again for their gradient: less memory, a third more work. Default: they are not. */
  readonly remat?: true;
}

export interface RunSpec {
  readonly scale: Scale;
  /** `zero-shot`: no training. `few-shot`: `shots` videos a class. `full`: the whole training split. */
  readonly task: "zero-shot" | "few-shot" | "full";
  /** Name of a dataset in data-manifests, or of one made by `vghif data new`. */
  readonly dataset: string;
  /** Videos a class; null unless few-shot. */
  readonly shots: number | null;
  /** Published lists of few-shot videos, the same for every seed. Default: our own draws by seed. */
  readonly fewShotLists?: FewShotLists;
  /** Draws the shots, orders the batches and initialises what is new. */
  readonly seed: number;
  /** Family of the backbone. */
  readonly model: FamilyName;
  /** Learned prompt tokens of either tower, where `model` is "vificlip". Default: none, the plain fine-tuned variant. */
  readonly prompts?: { readonly vision: PromptConfig; readonly text: PromptConfig };
  /** Name of a shipped or registered checkpoint, or a file's path. */
  readonly weights: string;
  /** Frames a video. */
  readonly frames: number;
  /** Prompt around a class name; `{}` is the name. */
  readonly template: string;
  /** How prompts spell the class names. Default: as the dataset's manifest does. */
  readonly spelling?: Spelling;
  /** null: the baseline. */
  readonly vghif: VghifConfig | null;
  /** null: no training. */
  readonly train: TrainSpec | null;
  /**
   * Views of a scored video whose softmax is summed; the random rule draws by `seed`. Videos are trained on in one view.
   * Default: one clip of one crop.
   */
  readonly views?: ViewsSpec;
  /** Split whose accuracy is the result. */
  readonly evaluate: "val" | "test";
}
