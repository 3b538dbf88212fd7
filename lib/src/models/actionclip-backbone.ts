/**
 * ActionCLIP with its temporal transformer (sallymmx/ActionCLIP@31c34df, modules/Visual_Prompt.py visual_prompt, "Transf"):
 * frame embeddings get positions, pass a small transformer with a residual around it, and are averaged. The official archive
 * keeps the head apart from CLIP (`fusion_model_state_dict`); here its parameters stand below `fusion.`.
 */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { selfAttention } from "../nn/attention.js";
import { layerNorm } from "../nn/norm.js";
import { mlp } from "../nn/transformer.js";
import type { Shapes, VideoTextBackbone } from "./backbone.js";
import { visualHead } from "./clip.js";
import { clipBackbone, groupRule } from "./clip-backbone.js";
import { type ClipConfig, clipConfigOf, clipShapes } from "./clip-config.js";
import { ONES, packedStart, type Start, ZEROS } from "./start-values.js";

export interface ActionclipConfig extends ClipConfig {
  /** Blocks of the temporal transformer; official: 6. */
  readonly temporalLayers: number;
}

/** Epsilon of the temporal transformer's own norms. */
const EPS = 1e-12;
const POSITIONS = "fusion.frame_position_embeddings.weight";
const block = (layer: number): string => `fusion.transformer.resblocks.${layer}`;

export function isActionclip(shapes: Shapes): boolean {
  return shapes.has(POSITIONS);
}

export function actionclipConfigOf(shapes: Shapes): ActionclipConfig {
  const layers = [...shapes.keys()].filter((name) => /^fusion\.transformer\.resblocks\.\d+\.ln_1\.weight$/.test(name));
  return { ...clipConfigOf(shapes), temporalLayers: layers.length };
}

/** The temporal head's parameters. Positions are as many as the text's (77). */
function addedShapes({ embedDim: width, contextLength, temporalLayers }: ActionclipConfig): Shapes {
  const shapes = new Map<string, readonly number[]>([[POSITIONS, [contextLength, width]]]);
  for (let layer = 0; layer < temporalLayers; layer++) {
    const parts: Record<string, readonly number[]> = {
      "attn.in_proj_weight": [3 * width, width],
      "attn.in_proj_bias": [3 * width],
      "attn.out_proj.weight": [width, width],
      "attn.out_proj.bias": [width],
      "ln_1.weight": [width],
      "ln_1.bias": [width],
      "mlp.c_fc.weight": [4 * width, width],
      "mlp.c_fc.bias": [4 * width],
      "mlp.c_proj.weight": [width, 4 * width],
      "mlp.c_proj.bias": [width],
      "ln_2.weight": [width],
      "ln_2.bias": [width],
    };
    for (const [part, shape] of Object.entries(parts)) shapes.set(`${block(layer)}.${part}`, shape);
  }
  return shapes;
}

/** visual_prompt.init_weights: normal with standard deviation 0.02, norms the identity, biases 0. */
export function actionclipStart(name: string, shape: readonly number[]): Start {
  if (/\.ln_[12]\.weight$/.test(name)) return ONES;
  if (name.endsWith("bias")) return ZEROS;
  return name.endsWith("in_proj_weight") ? packedStart(shape[1]!) : { kind: "normal", std: 0.02 };
}

/** Frame embeddings [B, T, E], not normalised -> the video's [B, E]. */
function integrate(params: Params, config: ActionclipConfig, frames: Tensor): Tensor {
  const count = frames.shape[1]!;
  const positions = param(params, POSITIONS);
  if (count > positions.shape[0]!)
    throw new Error(`ActionCLIP: ${count} frames, but "${POSITIONS}" holds fewer positions`);
  const heads = Math.max(1, Math.floor(config.textWidth / 64));
  let x = tf.add(frames, tf.slice(positions, [0, 0], [count, -1]));
  for (let layer = 0; layer < config.temporalLayers; layer++) {
    const name = block(layer);
    x = tf.add(x, selfAttention(layerNorm(x, params, `${name}.ln_1`, EPS), params, `${name}.attn`, heads));
    x = tf.add(x, mlp(layerNorm(x, params, `${name}.ln_2`, EPS), params, `${name}.mlp`));
  }
  return tf.mean(tf.add(x, frames), 1);
}

export function actionclipBackbone(config: ActionclipConfig): VideoTextBackbone {
  const added = addedShapes(config);
  return {
    ...clipBackbone(config),
    family: "actionclip",
    config,
    shapes: new Map<string, readonly number[]>([...clipShapes(config), ...added]),
    added,
    inGroup: groupRule(added, () => false),
    embedVideo: (params, { cls }, tap) => ({ video: integrate(params, config, visualHead(params, cls, tap)) }),
  };
}
