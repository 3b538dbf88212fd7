/** Frames and texts of one pre-training step: a function of seed and step. */
import { normaliseInto, normTable } from "../data/frames/normalise.js";
import { ACTION_NAMES } from "../data/generated/actions.js";
import { captionedFrame, REGION_GRID } from "../data/generated/captioned.js";
import { actionCaption } from "../data/generated/captions.js";
import { PLACE_PHRASES } from "../data/generated/phrases.js";
import { PLACES } from "../data/generated/places.js";
import { THINGS } from "../data/generated/regions.js";
import { random } from "../data/random.js";
import { textBatch } from "../models/clip.js";
import type { ClipConfig } from "../models/clip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import type { Tokenizer } from "../text/tokenizer.js";
import type { PretrainOptions } from "./pretrain-options.js";

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
