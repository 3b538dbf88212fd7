/** A recogniser that is being trained and scored: its fixed and trained parameters, and where its videos come from. */
import { towerOf, type VideoTextBackbone } from "../models/backbone.js";
import type { TextBatch } from "../models/clip.js";
import {
  type RecognizerConfig,
  recognize,
  type TextTokens,
  textTokens,
  type VideoTokens,
  videoTokens,
} from "../models/recognizer.js";
import type { Params, Tensor } from "../nn/array.js";
import { crossEntropy, softCrossEntropy } from "../train/loss.js";
import type { LossOf, TensorRecord } from "../train/step.js";
import type { Trainable } from "./spec.js";

/**
 * B videos: a frozen tower's tokens, or pixels [B, T, 3, h, w]. With their labels int32 [B], or the probabilities of every class
 * float32 [B, K] where videos are mixed.
 */
export interface VideoBatch {
  readonly video: VideoTokens | Tensor;
  readonly labels: Tensor;
}

function isPrompts(text: TextTokens | TextBatch): text is TextBatch {
  return "ids" in text;
}

export function isPixels(video: VideoTokens | Tensor): video is Tensor {
  return "dtype" in video;
}

/** Names of the backbone's parameters that are trained. */
export function trainedBackbone(trainable: Trainable, backbone: VideoTextBackbone): string[] {
  if (trainable === "none") return [];
  return [...backbone.shapes.keys()].filter((name) => backbone.inGroup(name, trainable));
}

/** Which towers stay as they are, so that what they make of videos or of texts is computed once. */
export function frozenTowers(trainable: Trainable, backbone: VideoTextBackbone): { visual: boolean; text: boolean } {
  const towers = trainedBackbone(trainable, backbone).map((name) => towerOf(backbone, name));
  return { visual: !towers.includes("visual"), text: !towers.includes("text") };
}

export class Learner {
  /** All of these stay the caller's. `text`: what a frozen tower made of the classes, or the prompts for one that is trained. */
  constructor(
    private readonly config: RecognizerConfig,
    private readonly fixed: Params,
    private readonly text: TextTokens | TextBatch,
  ) {}

  /** Class scores of a batch [B, K]. */
  logits(trained: Params, video: VideoTokens | Tensor): Tensor {
    const params = { ...this.fixed, ...trained };
    const tokens = isPixels(video) ? videoTokens(params, this.config, video) : video;
    return recognize(
      params,
      this.config,
      tokens,
      isPrompts(this.text) ? textTokens(params, this.config, this.text) : this.text,
    ).logits;
  }

  /** Whether the backbone's family adds this parameter to CLIP. */
  isAdded(name: string): boolean {
    return this.config.backbone.added.has(name);
  }

  /** Labels are smoothed; probabilities are taken as they are. */
  lossOf(smoothing: number): LossOf<VideoBatch> {
    return (trained: Readonly<TensorRecord>, { video, labels }) => {
      const logits = this.logits(trained, video);
      return labels.rank === 2 ? softCrossEntropy(logits, labels) : crossEntropy(logits, labels, smoothing);
    };
  }
}
