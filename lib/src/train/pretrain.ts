/**
 * Contrastive pre-training of a small CLIP on drawn, captioned frames (loss and architecture: Radford et al. 2021; data,
 * region captions, sizes and schedule: ours).
 */
import { classTokens, cosineLogits, encodeText, visualHead, visualTower } from "../models/clip.js";
import type { ClipConfig } from "../models/clip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import type { Tokenizer } from "../text/tokenizer.js";
import type { ParamGroup } from "./adamw.js";
import type { Problem } from "./loop.js";
import { contrastiveLoss } from "./loss.js";
import { type PairBatch, pairBatch } from "./pretrain-batch.js";
import type { PretrainOptions } from "./pretrain-options.js";
import type { TensorRecord } from "./step.js";

/** Decay on matrices alone, not on norms, biases, embeddings of tokens and the logit scale (as CLIP was trained). */
export function pretrainGroups(params: Readonly<TensorRecord>, options: PretrainOptions): ParamGroup[] {
  const names = Object.keys(params);
  const decays = (name: string): boolean => params[name]!.rank > 1 && !name.includes("embedding");
  return [
    { names: names.filter(decays), lr: options.lr, weightDecay: options.weightDecay },
    { names: names.filter((name) => !decays(name)), lr: options.lr, weightDecay: 0 },
  ];
}

/**
 * Contrastive loss of a batch under parameters: frames against captions of the whole and of the actor, both ways, against
 * captions of all actions; and each patch against captions of all things and places. Frames are taken by their class token
 * and by their mean patch token, which learns sooner and, like the patches' own captions, brings patches into the joint space.
 */
export function pretrainLoss(config: ClipConfig, params: Readonly<TensorRecord>, batch: PairBatch): Tensor {
  const tokens = visualTower(params, config, batch.pixels).at(-1)!; // [B, 1+N, D]
  const [size, length, width] = tokens.shape as [number, number, number];
  const patches = tf.slice(tokens, [0, 1, 0], [size, length - 1, width]); // [B, N, D]
  const text = encodeText(params, config, batch);
  const [actions, regions] = [batch.action.shape[1]!, batch.region.shape[1]!];
  const texts = (from: number, count: number): Tensor => tf.slice(text, [from, 0], [count, config.embedDim]);
  const same = (at: number): Tensor => tf.reshape(tf.slice(batch.same, [at, 0, 0], [1, size, size]), [size, size]);
  const against = (image: Tensor, from: number, count: number): Tensor =>
    cosineLogits(params, image, texts(from, count));
  const losses = [classTokens(tokens), tf.mean(patches, 1)].flatMap((pooled) => {
    const image = visualHead(params, pooled);
    return [
      contrastiveLoss(against(image, 0, size), same(0)),
      contrastiveLoss(against(image, size, size), same(1)),
      weightedCrossEntropy(against(image, 2 * size, actions), batch.action),
    ];
  });
  const wholes = tf.div(tf.addN(losses), losses.length);
  const cells = visualHead(params, tf.reshape(patches, [-1, width])); // [B*N, E]
  const things = weightedCrossEntropy(against(cells, 2 * size + actions, regions), batch.region);
  return tf.add(tf.mul(wholes, batch.wholeWeight), things);
}

/** Cross-entropy of rows against targets whose sums are the rows' weights. */
function weightedCrossEntropy(logits: Tensor, targets: Tensor): Tensor {
  return tf.neg(tf.div(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), tf.sum(targets)));
}

/** The pre-training as a problem for the training loop; `params` are its start values. */
export function pretrainProblem(
  config: ClipConfig,
  params: Readonly<TensorRecord>,
  tokenizer: Tokenizer,
  options: PretrainOptions,
): Problem<PairBatch> {
  return {
    lossOf: (trained, batch) => pretrainLoss(config, trained, batch),
    groups: pretrainGroups(params, options),
    schedule: { steps: options.steps, warmupSteps: options.warmupSteps, minLr: options.lr / 100 },
    stepsPerEpoch: options.steps,
    batchAt: (step) => pairBatch(config, tokenizer, options, step),
    disposeBatch: (batch) => tf.dispose(batch),
  };
}
