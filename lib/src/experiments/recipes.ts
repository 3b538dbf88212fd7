/** Training recipes of the few-shot tables, one place a scale. */
import type { TrainSpec } from "./spec.js";

/** What a scale fixes for every run: weights, frames, prompt and training. */
export interface Recipe {
  readonly weights: string;
  /** Frames a video, uniform. */
  readonly frames: number;
  readonly template: string;
  readonly train: TrainSpec;
}

/**
 * The shipped small model on generated videos: both towers frozen, minutes on two CPU cores. Hyper-parameters ours, chosen on
 * the validation splits (K = 4 and 16, two or three seeds) for baseline and VgHIF together, of learning rates 1e-4 and 3e-4,
 * the fusion's 1, 3 or 10 times that: larger ones fit the few training videos better and most validation videos worse.
 */
export const SMOKE_FEW_SHOT: Recipe = {
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
 * The smoke recipe on videos of the user's own, which the small model was not pre-trained for: three times as long and fast,
 * so that a handful of steps moves it at all. Not tuned.
 */
export const OWN_FEW_SHOT: Recipe = {
  ...SMOKE_FEW_SHOT,
  train: { ...SMOKE_FEW_SHOT.train, epochs: 60, warmupEpochs: 6, lr: 1e-3 },
};

/**
 * Fully fine-tuned CLIP ViT-B/16, as ViFi-CLIP's configs/few_shot/finetuning_few_shot (50 epochs, warm-up 5, AdamW
 * 2e-6, weight decay 0.001, batch 64, 32 frames, label smoothing 0.1); new modules at 10 times the learning rate, as
 * X-CLIP's optimizer.py. The recipe of VgHIF itself is not open.
 */
export const PAPER_FEW_SHOT: Recipe = {
  weights: "clip-vit-b-16",
  frames: 32,
  template: "a photo of a {}.",
  train: {
    epochs: 50,
    warmupEpochs: 5,
    batch: 64,
    lr: 2e-6,
    fusionLrScale: 10,
    weightDecay: 0.001,
    labelSmoothing: 0.1,
    trainable: "all",
  },
};
