/**
 * Contrastive pre-training of a small CLIP on drawn, captioned frames (loss and architecture: Radford et al. 2021; data,
 * sizes and schedule: ours). It makes the shipped model of scale `smoke`.
 */

import { normaliseInto, normTable } from "../data/frames/normalise.js";
import { ACTION_NAMES } from "../data/generated/actions.js";
import { captionedFrame, REGION_GRID } from "../data/generated/captioned.js";
import { actionCaption } from "../data/generated/captions.js";
import { PLACE_PHRASES } from "../data/generated/phrases.js";
import { PLACES } from "../data/generated/places.js";
import { THINGS } from "../data/generated/regions.js";
import { random } from "../data/random.js";
import { classTokens, cosineLogits, encodeText, textBatch, visualHead, visualTower } from "../models/clip.js";
import { type ClipConfig, clipShapes } from "../models/clip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import type { Tokenizer } from "../text/tokenizer.js";
import type { ParamGroup } from "./adamw.js";
import type { Problem } from "./loop.js";
import { contrastiveLoss } from "./loss.js";
import { whiteningFilters } from "./patch-start.js";
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

/**
 * B frames and their texts: pixels [B, 3, S, S]; ids int32 [2B+A+R, L] and pool [2B+A+R, L, 1]: a caption of each whole, one
 * of each one's actor and place, one of each of A actions, one of each of R things and places; same [2, B, B]: 1 where two
 * frames' captions agree; action [B, A] and region [B*N, R]: what is so, the latter weighted.
 */
export type PairBatch = {
  pixels: Tensor;
  ids: Tensor;
  pool: Tensor;
  same: Tensor;
  action: Tensor;
  region: Tensor;
  /** Weight of the losses of whole frames against those of patches, scalar. */
  wholeWeight: Tensor;
};

/** Weight of a patch of background against one with a thing, of which there are fewer. */
const BACKGROUND_WEIGHT = 0.15;

/**
 * Start values in the manner of clip/model.py CLIP.initialize_parameters: normal, with standard deviations by width and
 * depth; norms the identity, biases 0, logit scale ln(1 / 0.07). Owned by the caller.
 */
export function initClip(config: ClipConfig, seed: number): TensorRecord {
  const params: TensorRecord = {};
  for (const [name, shape] of clipShapes(config)) {
    const { normal } = random(seed).fork("clip").fork(name);
    if (name === "visual.positional_embedding") {
      params[name] = gridPositions(config);
      continue;
    }
    if (name === "visual.conv1.weight") {
      params[name] = tf.tensor(patchFilters(config, seed), shape);
      continue;
    }
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

/** Frames whose patches set the patch filters. */
const SAMPLE_FRAMES = 96;

function patchFilters({ imageResolution: size, patchSize, visionWidth }: ClipConfig, seed: number): Float32Array {
  const frames = new Float32Array(SAMPLE_FRAMES * 3 * size * size);
  const table = normTable("imagenet");
  for (let at = 0; at < SAMPLE_FRAMES; at++) {
    const { rgb } = captionedFrame(seed, -1 - at, size);
    const own = frames.subarray(at * 3 * size * size, (at + 1) * 3 * size * size);
    normaliseInto(own, rgb, size, { left: 0, top: 0, width: size, height: size }, table);
  }
  return whiteningFilters(frames, size, patchSize, visionWidth);
}

/** Root mean square of the start values of visual positions, against about 1 of the patches. */
const POSITION_SCALE = 0.4;

/**
 * Sines and cosines of row and column at geometric wavelengths (Beyer et al. 2022, "Better plain ViT baselines"):
 * [1+N, D]. Patches that are near start alike, which a small model has no data to learn.
 */
function gridPositions({ imageResolution, patchSize, visionWidth }: ClipConfig): Tensor {
  const grid = imageResolution / patchSize;
  const quarter = visionWidth / 4;
  const rows = [new Array<number>(visionWidth).fill(0)];
  for (let cell = 0; cell < grid * grid; cell++) {
    const place = [Math.floor(cell / grid), cell % grid];
    rows.push(
      Array.from({ length: visionWidth }, (_, at) => {
        const angle = place[Math.floor(at / (2 * quarter))]! * 100 ** -((at % quarter) / quarter);
        return POSITION_SCALE * Math.SQRT2 * (at % (2 * quarter) < quarter ? Math.sin(angle) : Math.cos(angle));
      }),
    );
  }
  return tf.tensor2d(rows);
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

/** Share of all nuisances in the hardest frames of a step: grows over the first half of the run, from a tenth. */
function hardestAt({ steps }: PretrainOptions, step: number): number {
  return Math.min(1, 0.1 + (1.8 * step) / steps);
}

/** Patches are taught first, 64 to a frame; what a frame as a whole means comes in over the first third of the run. */
function wholeWeightAt({ steps }: PretrainOptions, step: number): number {
  return Math.min(1, 0.2 + (2.4 * step) / steps);
}

/** The batch of step `step`: a function of seed and step. Throws where a caption is longer than the text length. */
export function pairBatch(config: ClipConfig, tokenizer: Tokenizer, options: PretrainOptions, step: number): PairBatch {
  const { batch, seed, textLength } = options;
  const size = config.imageResolution;
  const area = 3 * size * size;
  const pixels = new Float32Array(batch * area);
  const table = normTable("imagenet");
  const all = { left: 0, top: 0, width: size, height: size };
  const frames = Array.from({ length: batch }, (_, at) => {
    const frame = captionedFrame(seed, step * batch + at, size, hardestAt(options, step));
    normaliseInto(pixels.subarray(at * area, (at + 1) * area), frame.rgb, size, all, table);
    return frame;
  });
  const whole = frames.map(({ caption }) => caption);
  const actors = frames.map(({ actorCaption }) => actorCaption);
  const words = random(seed).fork("actions").fork(step);
  const captions = [
    ...whole,
    ...actors,
    ...ACTION_NAMES.map((action) => actionCaption(action, words)),
    ...THINGS,
    ...PLACES.map((place) => words.pick(PLACE_PHRASES[place])),
  ];
  const rows = tokenizer.tokenize(captions);
  for (const [at, row] of rows.entries()) {
    if (row.indexOf(tokenizer.endOfText) >= textLength) throw new Error(`caption too long: "${captions[at]}"`);
  }
  const same = [whole, actors].flatMap((said) => said.flatMap((a) => said.map((b) => (a === b ? 1 : 0))));
  const action = frames.flatMap(({ meta }) => ACTION_NAMES.map((name) => (name === meta.script.action ? 1 : 0)));
  const kinds = THINGS.length + PLACES.length;
  const region = new Float32Array(batch * REGION_GRID ** 2 * kinds);
  for (const [at, { regions, meta }] of frames.entries()) {
    for (const [cell, thing] of regions.entries()) {
      const column = thing === null ? THINGS.length + PLACES.indexOf(meta.script.place) : THINGS.indexOf(thing);
      region[(at * REGION_GRID ** 2 + cell) * kinds + column] = thing === null ? BACKGROUND_WEIGHT : 1;
    }
  }
  const { ids, pool } = textBatch(rows, textLength);
  return {
    pixels: tf.tensor4d(pixels, [batch, 3, size, size]),
    ids,
    pool,
    same: tf.tensor3d(same, [2, batch, batch]),
    action: tf.tensor2d(action, [batch, ACTION_NAMES.length]),
    region: tf.tensor2d(region, [batch * REGION_GRID ** 2, kinds]),
    wholeWeight: tf.scalar(wholeWeightAt(options, step)),
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
