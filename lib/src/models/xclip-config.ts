/** Sizes of an X-CLIP model (microsoft/VideoX@1744b21, X-CLIP/models/xclip.py): CLIP's, and those of its video modules. */
import { type ClipConfig, clipConfigOf, clipShapes } from "./clip-config.js";
import { linearStart, ONES, packedStart, type Start, ZEROS } from "./start-values.js";

export interface XclipConfig extends ClipConfig {
  /** Frames a video; fixed by the positions of the multi-frame integration transformer. */
  readonly frames: number;
  /** Blocks of the multi-frame integration transformer; official: 1. */
  readonly mitLayers: number;
  /** Layers of the video-specific prompt generator; official: 2. */
  readonly promptLayers: number;
}

/** Width of a head in the multi-frame and the prompt transformers (models/xclip.py: embed_dim // 64 heads). */
const HEAD_WIDTH = 64;

/** Heads of the multi-frame integration transformer and of the prompt generator. */
export function videoHeads({ embedDim }: ClipConfig): number {
  return Math.max(1, Math.floor(embedDim / HEAD_WIDTH));
}

/** The official modules on top of a CLIP: `frames` 8, 16 or 32 in the published checkpoints. */
export function xclipConfig(clip: ClipConfig, frames: number): XclipConfig {
  return { ...clip, frames, mitLayers: 1, promptLayers: 2 };
}

/** Whether a state dict is X-CLIP's. */
export function isXclip(shapes: ReadonlyMap<string, readonly number[]>): boolean {
  return shapes.has("mit.positional_embedding");
}

/** The configuration that an X-CLIP state dict implies, from tensor shapes alone. Throws an error naming what is missing. */
export function xclipConfigOf(shapes: ReadonlyMap<string, readonly number[]>): XclipConfig {
  const positions = shapes.get("mit.positional_embedding");
  if (positions?.length !== 3)
    throw new Error('not an X-CLIP state dict: "mit.positional_embedding" [1, T, E] is missing');
  const layers = (pattern: RegExp): number =>
    Math.max(-1, ...[...shapes.keys()].map((name) => Number(pattern.exec(name)?.[1] ?? -1))) + 1;
  return {
    ...clipConfigOf(shapes),
    frames: positions[1]!,
    mitLayers: layers(/^mit\.resblocks\.(\d+)\./),
    promptLayers: layers(/^prompts_generator\.decoder\.(\d+)\./),
  };
}

/** Every parameter's name and shape: CLIP's and those that X-CLIP adds. */
export function xclipShapes(config: XclipConfig): Map<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>(clipShapes(config));
  for (const [name, shape] of xclipAddedShapes(config)) shapes.set(name, shape);
  return shapes;
}

/** The parameters that a CLIP checkpoint does not hold; the official loader leaves them freshly initialised. */
export function xclipAddedShapes(config: XclipConfig): Map<string, readonly number[]> {
  const { embedDim: embed, visionWidth: width } = config;
  const shapes = new Map<string, readonly number[]>();
  const linear = (name: string, out: number, into: number): void => {
    shapes.set(`${name}.weight`, [out, into]).set(`${name}.bias`, [out]);
  };
  const norm = (name: string, size: number): void => {
    shapes.set(`${name}.weight`, [size]).set(`${name}.bias`, [size]);
  };
  const selfAttention = (name: string, size: number): void => {
    shapes.set(`${name}.in_proj_weight`, [3 * size, size]).set(`${name}.in_proj_bias`, [3 * size]);
    linear(`${name}.out_proj`, size, size);
  };
  for (let layer = 0; layer < config.visionLayers; layer++) {
    const block = `visual.transformer.resblocks.${layer}`;
    linear(`${block}.message_fc`, width, width);
    norm(`${block}.message_ln`, width);
    selfAttention(`${block}.message_attn`, width);
  }
  norm("prompts_visual_ln", width);
  shapes.set("prompts_visual_proj", [width, embed]);
  shapes.set("mit.positional_embedding", [1, config.frames, embed]);
  for (let layer = 0; layer < config.mitLayers; layer++) {
    const block = `mit.resblocks.${layer}`;
    selfAttention(`${block}.attn`, embed);
    norm(`${block}.ln_1`, embed);
    linear(`${block}.mlp.c_fc`, 4 * embed, embed);
    linear(`${block}.mlp.c_proj`, embed, 4 * embed);
    norm(`${block}.ln_2`, embed);
  }
  norm("prompts_generator.norm", embed);
  shapes.set("prompts_generator.alpha", [embed]);
  for (let layer = 0; layer < config.promptLayers; layer++) {
    const block = `prompts_generator.decoder.${layer}`;
    for (const part of ["q_proj", "k_proj", "v_proj"]) shapes.set(`${block}.cross_attn.${part}.weight`, [embed, embed]);
    linear(`${block}.cross_attn.proj`, embed, embed);
    norm(`${block}.norm1`, embed);
    norm(`${block}.norm3`, embed);
    linear(`${block}.mlp.0`, 4 * embed, embed);
    linear(`${block}.mlp.3`, embed, 4 * embed);
  }
  return shapes;
}

/** Start values of the added parameters, as the official modules draw them (models/cct.py, mit.py, prompt.py). */
export function xclipStart(name: string, shape: readonly number[]): Start {
  const isNorm = /(^|[._])(message_ln|prompts_visual_ln|norm|norm1|norm3|ln_1|ln_2)\.weight$/.test(name);
  if (isNorm) return ONES;
  if (name === "prompts_generator.alpha") return { kind: "fill", value: 0.1 };
  if (name === "prompts_visual_proj") return { kind: "normal", std: 1 };
  if (name.endsWith("in_proj_weight")) return packedStart(shape[1]!);
  if (/\.message_(fc|attn\.out_proj)\.weight$/.test(name)) return linearStart(shape[1]!);
  if (name.endsWith(".message_fc.bias")) return linearStart(shape[0]!);
  return name.endsWith("bias") ? ZEROS : { kind: "truncated", std: 0.02 };
}
