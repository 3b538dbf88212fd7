/**
 * Contrastive pre-training of a small CLIP on drawn, captioned frames (loss and architecture: Radford et al. 2021; data,
 * sizes and schedule: ours). It makes the shipped model of scale `smoke`.
 */

import { normaliseInto, normTable } from "../data/frames/normalise.js";
import { captionedFrame } from "../data/generated/captioned.js";
import { random } from "../data/random.js";
import { classTokens, cosineLogits, encodeText, textBatch, visualHead, visualTower } from "../models/clip.js";
import { type ClipConfig, clipShapes } from "../models/clip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import type { Tokenizer } from "../text/tokenizer.js";
import type { ParamGroup } from "./adamw.js";
import type { Problem } from "./loop.js";
import { contrastiveLoss } from "./loss.js";
import type { TensorRecord } from "./step.js";

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
  /** Frames a step, three captions each. */
  readonly batch: number;
  /** Peak learning rate. */
  readonly lr: number;
  readonly weightDecay: number;
  /** Text positions that are computed; a longer caption is an error. */
  readonly textLength: number;
}

export const PRETRAIN_DEFAULTS: PretrainOptions = {
  seed: 1,
  steps: 4000,
  warmupSteps: 200,
  batch: 64,
  lr: 1.5e-3,
  weightDecay: 0.05,
  textLength: 28,
};

/** Each frame has three captions: of the whole, of what goes on, of who and where. */
const CAPTIONS = 3;

/**
 * B frames with their captions: pixels [B, 3, S, S]; ids int32 [3B, L] and pool [3B, L, 1], caption by caption; same
 * [3, B, B]: 1 where two frames' captions say the same.
 */
export type PairBatch = { pixels: Tensor; ids: Tensor; pool: Tensor; same: Tensor };

/**
 * Start values in the manner of clip/model.py CLIP.initialize_parameters: normal, with standard deviations by width and
 * depth; norms the identity, biases 0, logit scale ln(1 / 0.07). Owned by the caller.
 */
export function initClip(config: ClipConfig, seed: number): TensorRecord {
  const params: TensorRecord = {};
  for (const [name, shape] of clipShapes(config)) {
    const { normal } = random(seed).fork("clip").fork(name);
    const std = startStd(name, config);
    const size = shape.reduce((product, n) => product * n, 1);
    if (name === "logit_scale") params[name] = tf.scalar(Math.log(1 / 0.07));
    else if (std === null) params[name] = tf.fill(shape, name.endsWith(".weight") ? 1 : 0);
    else
      params[name] = tf.tensor(
        Float32Array.from({ length: size }, () => std * normal()),
        shape,
      );
  }
  return params;
}

/** null: not random. */
function startStd(name: string, config: ClipConfig): number | null {
  const visual = name.startsWith("visual.");
  const width = visual ? config.visionWidth : config.textWidth;
  const layers = visual ? config.visionLayers : config.textLayers;
  if (name === "token_embedding.weight") return 0.02;
  if (name === "positional_embedding") return 0.01;
  if (name === "visual.conv1.weight") return (3 * config.patchSize ** 2) ** -0.5;
  if (name.endsWith("in_proj_weight") || name.endsWith("_embedding") || /(^|\.)(text_)?proj(ection)?$/.test(name)) {
    return width ** -0.5;
  }
  if (name.endsWith("out_proj.weight") || name.endsWith("c_proj.weight")) return width ** -0.5 * (2 * layers) ** -0.5;
  if (name.endsWith("c_fc.weight")) return (2 * width) ** -0.5;
  return null;
}

/** Decay on matrices alone, not on norms, biases, embeddings of tokens and the logit scale (as CLIP was trained). */
export function pretrainGroups(params: Readonly<TensorRecord>, options: PretrainOptions): ParamGroup[] {
  const names = Object.keys(params);
  const decays = (name: string): boolean => params[name]!.rank > 1 && !name.includes("embedding");
  return [
    { names: names.filter(decays), lr: options.lr, weightDecay: options.weightDecay },
    { names: names.filter((name) => !decays(name)), lr: options.lr, weightDecay: 0 },
  ];
}

/** Symmetric contrastive loss of a batch under parameters, the mean over the three captions. */
export function pretrainLoss(config: ClipConfig, params: Readonly<TensorRecord>, batch: PairBatch): Tensor {
  const image = visualHead(params, classTokens(visualTower(params, config, batch.pixels).at(-1)!));
  const logits = cosineLogits(params, image, encodeText(params, config, batch)); // [B, 3B]
  const size = image.shape[0]!;
  const losses = tf.split(logits, CAPTIONS, 1).map((own, at) => {
    const same = tf.reshape(tf.slice(batch.same, [at, 0, 0], [1, size, size]), [size, size]);
    return contrastiveLoss(own, same);
  });
  return tf.div(tf.addN(losses), CAPTIONS);
}

/** The pairs of step `step`: a function of seed and step. Throws where a caption is longer than the text length. */
export function pairBatch(config: ClipConfig, tokenizer: Tokenizer, options: PretrainOptions, step: number): PairBatch {
  const { batch, seed, textLength } = options;
  const size = config.imageResolution;
  const area = 3 * size * size;
  const pixels = new Float32Array(batch * area);
  const table = normTable("imagenet");
  const region = { left: 0, top: 0, width: size, height: size };
  const frames = Array.from({ length: batch }, (_, at) => {
    const frame = captionedFrame(seed, step * batch + at, size);
    normaliseInto(pixels.subarray(at * area, (at + 1) * area), frame.rgb, size, region, table);
    return frame;
  });
  // What a caption says: its words; for what goes on, the action itself, which has several names.
  const whole = frames.map(({ caption }) => caption);
  const actions = frames.map(({ meta }) => meta.script.action);
  const actors = frames.map(({ actorCaption }) => actorCaption);
  const captions = [...whole, ...frames.map(({ actionCaption }) => actionCaption), ...actors];
  const rows = tokenizer.tokenize(captions);
  for (const [at, row] of rows.entries()) {
    if (row.indexOf(tokenizer.endOfText) >= textLength) throw new Error(`caption too long: "${captions[at]}"`);
  }
  const same = [whole, actions, actors].flatMap((said) => said.flatMap((a) => said.map((b) => (a === b ? 1 : 0))));
  const { ids, pool } = textBatch(rows, textLength);
  return {
    pixels: tf.tensor4d(pixels, [batch, 3, size, size]),
    ids,
    pool,
    same: tf.tensor3d(same, [CAPTIONS, batch, batch]),
  };
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
