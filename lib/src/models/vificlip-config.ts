/**
 * Sizes of a ViFi-CLIP model (muzairkhattak/ViFi-CLIP@e2d1948, trainers/vificlip.py): CLIP's, and the learned prompts of its
 * bridge-and-prompt variant. Its parameters have CLIP's names here, whatever the checkpoint calls them.
 */
import { type ClipConfig, clipConfigOf, clipShapes } from "./clip-config.js";

/** Learned prompt tokens of one tower. */
export interface PromptConfig {
  /** Tokens; 0: no prompts. */
  readonly length: number;
  /** Blocks that get prompts of their own, the tower's input included; at least 1 where there are prompts. */
  readonly depth: number;
}

export interface VificlipConfig extends ClipConfig {
  readonly visionPrompts: PromptConfig;
  readonly textPrompts: PromptConfig;
}

export const NO_PROMPTS: PromptConfig = { length: 0, depth: 0 };

/** The published prompt variant: 10 tokens a tower in each of its 12 blocks (configs/few_shot/prompting_few_shot). */
export const OFFICIAL_PROMPTS: PromptConfig = { length: 10, depth: 12 };

/** CLIP with prompts in its towers; without any it is the plain fine-tuned ViFi-CLIP. */
export function vificlipConfig(clip: ClipConfig, vision = NO_PROMPTS, text = NO_PROMPTS): VificlipConfig {
  return { ...clip, visionPrompts: vision, textPrompts: text };
}

/** Whether a state dict has ViFi-CLIP's learned prompts (in CLIP's names). */
export function hasPrompts(shapes: ReadonlyMap<string, readonly number[]>): boolean {
  return shapes.has("prompt_learner.ctx") || shapes.has("visual.VPT");
}

/** The configuration that a state dict in CLIP's names implies. Throws an error naming what is missing. */
export function vificlipConfigOf(shapes: ReadonlyMap<string, readonly number[]>): VificlipConfig {
  const depth = (pattern: RegExp): number => 1 + [...shapes.keys()].filter((name) => pattern.test(name)).length;
  const promptsOf = (first: string, deeper: RegExp): PromptConfig => {
    const length = shapes.get(first)?.[0] ?? 0;
    return length === 0 ? NO_PROMPTS : { length, depth: depth(deeper) };
  };
  return {
    ...clipConfigOf(shapes),
    visionPrompts: promptsOf("visual.VPT", /^visual\.transformer\.resblocks\.\d+\.VPT_shallow$/),
    textPrompts: promptsOf("prompt_learner.ctx", /^transformer\.resblocks\.\d+\.VPT_shallow$/),
  };
}

/** Every parameter's name and shape: CLIP's and the prompts. */
export function vificlipShapes(config: VificlipConfig): Map<string, readonly number[]> {
  return new Map<string, readonly number[]>([...clipShapes(config), ...promptShapes(config)]);
}

/** The prompts alone. */
export function promptShapes(config: VificlipConfig): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const { visionPrompts: vision, textPrompts: text } = config;
  if (text.length > 0) shapes.set("prompt_learner.ctx", [text.length, config.textWidth]);
  if (vision.length > 0) shapes.set("visual.VPT", [vision.length, config.visionWidth]);
  for (let layer = 1; layer < vision.depth; layer++) {
    shapes.set(`visual.transformer.resblocks.${layer}.VPT_shallow`, [vision.length, config.visionWidth]);
  }
  for (let layer = 1; layer < text.depth; layer++) {
    shapes.set(`transformer.resblocks.${layer}.VPT_shallow`, [text.length, config.textWidth]);
  }
  return shapes;
}

/** Buffers of an official checkpoint: the embedded class prompts that it was saved with. Not parameters. */
const BUFFERS = /^prompt_learner\.(token_prefix|token_suffix|complete_text_embeddings)$/;

/** CLIP's name for a tensor of an official ViFi-CLIP state dict; null for a buffer. */
export function vificlipName(official: string): string | null {
  if (BUFFERS.test(official)) return null;
  return official.replace(/^image_encoder\./, "visual.").replace(/^text_encoder\./, "");
}
