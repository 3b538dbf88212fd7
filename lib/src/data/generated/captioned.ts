/**
 * Captioned stills for pre-training: an endless stream of frames of random scenes, each with a sentence about it.
 *
 * What is held out, so that a zero-shot result on the stand-ins is one:
 *  - seeds: the stream's keys begin with `captioned/`, those of all train, val and test videos with `dataset/`;
 *  - names: no caption holds the name of a class of any stand-in (`captions.ts`);
 *  - combinations: a scene that meets every condition of a class that asks for an actor or a place (a red ball,
 *    plain, bouncing, on the grass) is not drawn; its parts are, in other combinations.
 * The actions themselves are not held out: a class such as "orbiting a post" is seen with other actors, at other
 * places, in other words.
 */
import { type Random, random } from "../random.js";
import { ACTION_NAMES } from "./actions.js";
import { randomLook } from "./actors.js";
import { actorCaptionOf, captionOf } from "./captions.js";
import type { ClassScript } from "./classes.js";
import { GENERATED } from "./datasets.js";
import { CLEAR, type Difficulty } from "./difficulty.js";
import { imitateCompression } from "./effects.js";
import { PLACES } from "./places.js";
import { regionThings } from "./regions.js";
import { makeScene, renderScene, type Script } from "./scene.js";

/** Cells a side of the grid of region captions. */
export const REGION_GRID = 8;

export interface CaptionedFrame {
  /** [size, size, 3], bytes. */
  readonly rgb: Uint8Array;
  /** Lower case, no full stop; at most 22 words. */
  readonly caption: string;
  /** Of who and where alone. */
  readonly actorCaption: string;
  /** What is in each cell of a grid of `REGION_GRID` cells a side, row by row; null: background. */
  readonly regions: readonly (string | null)[];
  readonly meta: { readonly script: Script; readonly t: number; readonly key: string };
}

/**
 * Of the stream's hardest frames. Stated in full, so that a change to the stand-ins' difficulty does not change what the
 * shipped model was pre-trained on.
 */
const STILLS: Difficulty = {
  radius: [0.055, 0.13],
  stage: [0.78, 1],
  offset: 0.06,
  cameraShift: 0.05,
  cameraShake: 0.008,
  zoom: [0.88, 1.18],
  bystanders: 2,
  idleThings: 2,
  light: 0.3,
  tint: 18,
  grain: 10,
  pace: 0.12,
  offStyle: 0,
};

/**
 * Draws frame `index` of stream `seed`, square, `size` pixels a side. Pure and independent of the other frames.
 * `hardest`, 0 to 1: frames range from easy to this share of all nuisances.
 */
export function captionedFrame(seed: number, index: number, size: number, hardest = 1): CaptionedFrame {
  const key = `captioned/${seed}/${index}`;
  const rng = random(key);
  const script = openScript(rng);
  const scene = makeScene(script, mixed(hardest * rng.next()), key);
  const t = rng.next();
  const rgb = renderScene(scene, t, { width: size, height: size });
  imitateCompression(rgb, { width: size, height: size }, rng.next(), rng);
  return {
    rgb,
    caption: captionOf(scene, t, rng),
    actorCaption: actorCaptionOf(scene, rng),
    regions: regionThings(scene, t, { width: size, height: size }, REGION_GRID),
    meta: { script, t, key },
  };
}

/** From large actors and nothing else (0) to the hardest (1): a model learns sooner where some frames are easy. */
function mixed(share: number): Difficulty {
  const mix = (least: number, most: number): number => least + share * (most - least);
  return {
    ...STILLS,
    radius: [mix(0.1, STILLS.radius[0]), mix(0.16, STILLS.radius[1])],
    offset: mix(CLEAR.offset, STILLS.offset),
    cameraShift: mix(CLEAR.cameraShift, STILLS.cameraShift),
    bystanders: Math.round(mix(CLEAR.bystanders, STILLS.bystanders)),
    idleThings: Math.round(mix(CLEAR.idleThings, STILLS.idleThings)),
    light: mix(CLEAR.light, STILLS.light),
    tint: mix(CLEAR.tint, STILLS.tint),
    grain: mix(CLEAR.grain, STILLS.grain),
  };
}

/** A random script that is no held-out combination. */
function openScript(rng: Random): Script {
  for (;;) {
    const script = {
      action: rng.pick(ACTION_NAMES),
      look: randomLook(rng),
      other: randomLook(rng),
      place: rng.pick(PLACES),
    };
    if (!HELD_OUT.some((wanted) => meets(script, wanted))) return script;
  }
}

/** Whether a script meets every condition of a class. */
export function meets(script: Script, wanted: ClassScript): boolean {
  return (
    script.action === wanted.action &&
    (wanted.place ?? script.place) === script.place &&
    (wanted.kind ?? script.look.kind) === script.look.kind &&
    (wanted.colour ?? script.look.colour) === script.look.colour &&
    (wanted.texture ?? script.look.texture) === script.look.texture
  );
}

/** The classes that ask for more than an action. */
export const HELD_OUT: readonly ClassScript[] = GENERATED.flatMap((dataset) => dataset.classes).filter(
  (script) => Object.keys(script).length > 2,
);
