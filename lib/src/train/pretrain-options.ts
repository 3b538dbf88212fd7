/** What is pre-trained, and how: the shipped small model of scale `smoke`. */
import type { ClipConfig } from "../models/clip-config.js";

/** The shipped model: 4 visual blocks of width 128 on 8 x 8 patches of 64 x 64 pixels, 3 text blocks of width 64. */
export const SMOKE_CLIP_CONFIG: ClipConfig = {
  embedDim: 64,
  imageResolution: 64,
  patchSize: 8,
  visionLayers: 4,
  visionWidth: 128,
  visionHeads: 2,
  contextLength: 77,
  vocabSize: 49408,
  textWidth: 64,
  textHeads: 1,
  textLayers: 3,
};

export interface PretrainOptions {
  readonly seed: number;
  readonly steps: number;
  readonly warmupSteps: number;
  /** Frames a step. */
  readonly batch: number;
  /** Peak learning rate. */
  readonly lr: number;
  readonly weightDecay: number;
  /** Text positions that are computed; a longer caption is an error. */
  readonly textLength: number;
}

export const PRETRAIN_DEFAULTS: PretrainOptions = {
  seed: 1,
  steps: 7000,
  warmupSteps: 100,
  batch: 32,
  lr: 2e-3,
  weightDecay: 0.05,
  textLength: 28,
};
