/** Every family of backbones that the kit knows. A new one is a file of its own and an entry here (docs/new-backbone.md). */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import {
  type ActionclipConfig,
  actionclipBackbone,
  actionclipConfigOf,
  actionclipStart,
  isActionclip,
} from "./actionclip-backbone.js";
import type { Shapes, VideoTextBackbone } from "./backbone.js";
import { clipBackbone } from "./clip-backbone.js";
import { type ClipConfig, clipConfigOf } from "./clip-config.js";
import { type Draws, drawStart, type Start } from "./start-values.js";
import { vificlipBackbone } from "./vificlip-backbone.js";
import {
  hasPrompts,
  NO_PROMPTS,
  type PromptConfig,
  type VificlipConfig,
  vificlipConfig,
  vificlipConfigOf,
} from "./vificlip-config.js";
import { xclipBackbone } from "./xclip-backbone.js";
import { isXclip, type XclipConfig, xclipConfig, xclipConfigOf, xclipStart } from "./xclip-config.js";

/** What a run chooses of a backbone that starts from a CLIP checkpoint. */
export interface BackboneOptions {
  /** Frames a video; X-CLIP is made for a number of frames. */
  readonly frames: number;
  /** ViFi-CLIP's learned prompts; default: none, the plain fine-tuned variant. */
  readonly visionPrompts?: PromptConfig;
  readonly textPrompts?: PromptConfig;
}

export interface Family {
  readonly title: string;
  /** Whether a state dict, in this kit's names, can only be of this family. */
  readonly isOwn: (shapes: Shapes) => boolean;
  /** The backbone that a state dict implies. Throws an error naming what is missing. */
  readonly ofShapes: (shapes: Shapes) => VideoTextBackbone;
  /** The backbone of these sizes, which are the family's own. */
  readonly ofConfig: (config: ClipConfig) => VideoTextBackbone;
  /** The backbone on top of a CLIP checkpoint's sizes. */
  readonly onClip: (clip: ClipConfig, options: BackboneOptions) => VideoTextBackbone;
  /** How an added parameter starts where the checkpoint is a plain CLIP. */
  readonly start: (name: string, shape: readonly number[]) => Start;
}

const NORMAL_002: Start = { kind: "normal", std: 0.02 };

export const FAMILIES = {
  clip: {
    title: "CLIP",
    isOwn: () => false,
    ofShapes: (shapes) => clipBackbone(clipConfigOf(shapes)),
    ofConfig: clipBackbone,
    onClip: (clip) => clipBackbone(clip),
    start: () => NORMAL_002,
  },
  xclip: {
    title: "X-CLIP",
    isOwn: isXclip,
    ofShapes: (shapes) => xclipBackbone(xclipConfigOf(shapes)),
    ofConfig: (config) => xclipBackbone(config as XclipConfig),
    onClip: (clip, { frames }) => xclipBackbone(xclipConfig(clip, frames)),
    start: xclipStart,
  },
  vificlip: {
    title: "ViFi-CLIP",
    isOwn: hasPrompts,
    ofShapes: (shapes) => vificlipBackbone(vificlipConfigOf(shapes)),
    ofConfig: (config) => vificlipBackbone(config as VificlipConfig),
    onClip: (clip, { visionPrompts = NO_PROMPTS, textPrompts = NO_PROMPTS }) =>
      vificlipBackbone(vificlipConfig(clip, visionPrompts, textPrompts)),
    start: () => NORMAL_002,
  },
  actionclip: {
    title: "ActionCLIP",
    isOwn: isActionclip,
    ofShapes: (shapes) => actionclipBackbone(actionclipConfigOf(shapes)),
    ofConfig: (config) => actionclipBackbone(config as ActionclipConfig),
    onClip: (clip) => actionclipBackbone({ ...clip, temporalLayers: 6 }),
    start: actionclipStart,
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

export function isFamily(name: string): name is FamilyName {
  return Object.hasOwn(FAMILIES, name);
}

/** The family that a state dict's names tell, in this kit's names; a plain CLIP's (and a plain ViFi-CLIP's) is "clip". */
export function familyOf(shapes: Shapes): FamilyName {
  const names = Object.keys(FAMILIES) as FamilyName[];
  return names.find((name) => FAMILIES[name].isOwn(shapes)) ?? "clip";
}

/** The same backbone, which keeps only the inputs of its towers' blocks for the gradient (nn/remat.ts). */
export function withRemat({ family, config }: VideoTextBackbone): VideoTextBackbone {
  if (!isFamily(family)) throw new Error(`backbone family "${family}" is unknown`);
  return FAMILIES[family].ofConfig({ ...config, remat: true });
}

/**
 * Start values of what a backbone adds to a CLIP checkpoint, owned by the caller. `draws` gives each parameter a stream of
 * its own, by name, so that no parameter's values depend on which others there are.
 */
export function startAdded(
  family: FamilyName,
  backbone: VideoTextBackbone,
  draws: (name: string) => Draws,
): Record<string, Tensor> {
  const { start }: Family = FAMILIES[family];
  return Object.fromEntries(
    [...backbone.added].map(([name, shape]) => [name, drawStart(start(name, shape), shape, draws(name))]),
  );
}

/**
 * ViFi-CLIP's other start of the text context: the embeddings of given words, where there are at most 4 of them
 * (trainers/vificlip.py VLPromptLearner, CTX_INIT). ids: the words' token ids, one each -> [P, W]; owned by the caller.
 */
export function contextOfWords(params: Params, ids: readonly number[]): Tensor {
  return tf.gather(param(params, "token_embedding.weight"), tf.tensor1d([...ids], "int32"));
}
