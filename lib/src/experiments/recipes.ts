/** Training recipes of the comparisons, one a family of backbones and scale. */
import { type Augmentation, OFFICIAL_AUGMENTATION } from "../data/augment/spec.js";
import type { FamilyName } from "../models/families.js";
import { type OfficialRecipe, officialRecipe } from "../models/official-recipes.js";
import type { RunSpec, Scale, TrainSpec } from "./spec.js";

/** What a scale fixes for every run of a family: weights, frames, prompts, training and views. */
export interface Recipe extends Pick<RunSpec, "model" | "prompts" | "weights" | "frames" | "template" | "views"> {
  readonly train: TrainSpec;
}

/**
 * The shipped small model on generated videos: both towers frozen, minutes on two CPU cores. Hyper-parameters ours, chosen on
 * the validation splits (K = 4 and 16, two or three seeds) for baseline and VgHIF together, of learning rates 1e-4 and 3e-4,
 * the fusion's 1, 3 or 10 times that: larger ones fit the few training videos better and most validation videos worse.
 */
export const SMOKE_FEW_SHOT: Recipe = {
  model: "clip",
  weights: "smoke-clip",
  frames: 8,
  template: "{}",
  train: {
    epochs: 20,
    warmupEpochs: 2,
    batch: 16,
    lr: 3e-4,
    fusionLrScale: 1,
    weightDecay: 0.001,
    labelSmoothing: 0.1,
    trainable: "head",
  },
};

/**
 * The smoke recipe of every family; all start from the same small CLIP. Only CLIP's is tuned. X-CLIP and ActionCLIP keep the
 * towers frozen, as CLIP does, and train their modules over time: X-CLIP's messages between frames stay as drawn.
 * ViFi-CLIP is CLIP trained as a whole, from pixels, which costs much more: half the frames and 3 epochs, so that a table takes
 * minutes; of the rates 3e-5, 1e-4, 3e-4 and 1e-3 this one was best on hmdb-like's validation split (K = 16, two seeds).
 */
export const SMOKE_RECIPES: Readonly<Record<FamilyName, Recipe>> = {
  clip: SMOKE_FEW_SHOT,
  xclip: {
    ...SMOKE_FEW_SHOT,
    model: "xclip",
    train: { ...SMOKE_FEW_SHOT.train, addedLrScale: 1, decay: "matrices" },
  },
  vificlip: {
    ...SMOKE_FEW_SHOT,
    model: "vificlip",
    frames: 4,
    train: { ...SMOKE_FEW_SHOT.train, trainable: "all", epochs: 3, warmupEpochs: 0.5 },
  },
  actionclip: {
    ...SMOKE_FEW_SHOT,
    model: "actionclip",
    train: { ...SMOKE_FEW_SHOT.train, addedLrScale: 1 },
  },
};

/**
 * A smoke recipe's training on videos of the user's own, which the small model was not pre-trained for: three times as long and,
 * where only the head is trained, as fast, so that a handful of steps moves it at all. Not tuned.
 */
export function ownTrain(train: TrainSpec): TrainSpec {
  const { epochs, warmupEpochs, lr, trainable } = train;
  const faster = trainable === "head" ? Number(((10 / 3) * lr).toPrecision(3)) : lr;
  return { ...train, epochs: 3 * epochs, warmupEpochs: 3 * warmupEpochs, lr: faster };
}

/** The smoke recipe of a family on videos of the user's own. */
export function ownRecipe(family: FamilyName): Recipe {
  const recipe = SMOKE_RECIPES[family];
  return { ...recipe, train: ownTrain(recipe.train) };
}

/** So that a step on pixels fits a workstation: two videos at a time, and blocks computed again (docs/memory.md). */
const SPARING = { microBatch: 2, remat: true } as const;

/** Peak learning rate of new modules on official weights: X-CLIP's (utils/optimizer.py: 10 times 2e-6). */
const NEW_MODULES_LR = 2e-5;

/**
 * The official recipe of a family (models/official-recipes.ts) on CLIP ViT-B/16. "clip" is fine-tuned as a whole, which is
 * ViFi-CLIP's recipe. VgHIF's own recipe is not open: it is trained as X-CLIP trains its new modules. Throws an error for a family
 * without one.
 * @param setting "few-shot, prompts": ViFi-CLIP frozen, with learned prompts; "full": Kinetics-400's, for every dataset
 */
export function paperRecipe(
  family: FamilyName,
  setting: "full" | "few-shot" | "few-shot, prompts" = "few-shot",
): Recipe {
  const official = officialRecipe(family === "clip" ? "vificlip" : family, setting);
  const { epochs, warmupEpochs, batch, lr, weightDecay, labelSmoothing, trained, prompts } = official;
  return {
    model: family,
    weights: "clip-vit-b-16",
    frames: official.frames[0]!,
    template: official.template,
    ...(prompts ? { prompts: { vision: prompts, text: prompts } } : {}),
    ...viewsOf(official),
    train: {
      epochs,
      warmupEpochs,
      batch,
      lr,
      fusionLrScale: Number((NEW_MODULES_LR / lr).toPrecision(3)),
      ...addedOptions(official),
      weightDecay,
      labelSmoothing,
      trainable: trained,
      ...SPARING,
      sampling: "segments",
      augment: augmentationOf(official),
      mixing: {
        mixup: official.mixup,
        cutmix: official.cutmix,
        cutmixChance: official.cutmixChance,
        group: official.videosPerDevice,
      },
    },
  };
}

/** The official code draws the clips of several views by chance; one view is a spec's default. */
function viewsOf({ views: { clips, crops } }: OfficialRecipe): Pick<RunSpec, "views"> {
  return clips === 1 && crops === 1 ? {} : { views: { clips, crops, rule: clips === 1 ? "fixed" : "random" } };
}

function augmentationOf({ augmentation }: OfficialRecipe): Augmentation {
  const { multiScaleCrop, flip, colorJitter, gray } = augmentation;
  const { crop, jitter } = OFFICIAL_AUGMENTATION;
  return { crop: { ...crop, scales: multiScaleCrop }, flip, jitter: { ...jitter, chance: colorJitter }, gray };
}

/** What differs from a spec's defaults, so that equal runs have equal ids. */
function addedOptions({ addedLrScale, decay }: OfficialRecipe): Pick<TrainSpec, "addedLrScale" | "decay"> {
  return { ...(addedLrScale === 1 ? {} : { addedLrScale }), ...(decay === "all" ? {} : { decay }) };
}

/** The few-shot recipe of a family at a scale. */
export function fewShotRecipe(family: FamilyName, scale: Scale): Recipe {
  return scale === "smoke" ? SMOKE_RECIPES[family] : paperRecipe(family);
}

/**
 * Full supervision at scale smoke: a frozen tower's head for a third of the epochs, since there are more videos, and a fusion that
 * learns three times as fast (of 1 and 3; on the validation splits, three seeds: docs/findings.md).
 */
const SMOKE_FULL = { epochs: 6, warmupEpochs: 1, fusion: 3 } as const;

/** The recipe of a family under full supervision at a scale. */
export function fullRecipe(family: FamilyName, scale: Scale): Recipe {
  if (scale === "paper") return paperRecipe(family, "full");
  const recipe = SMOKE_RECIPES[family];
  const { epochs, warmupEpochs, fusion } = SMOKE_FULL;
  const length = recipe.train.trainable === "head" ? { epochs, warmupEpochs } : {};
  const train = { ...recipe.train, ...length, fusionLrScale: fusion * recipe.train.fusionLrScale };
  return { ...recipe, train };
}
