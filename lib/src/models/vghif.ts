/**
 * VgHIF: visual-guided hierarchical iterative fusion (Zhang et al. 2024, abstract). What the abstract states is that visual
 * features of several levels interact with the language representation by attention; how exactly is this project's
 * decision, option by option in `VghifConfig`. Text asks, visual answers: for each level l, shallow to deep,
 *   A = softmax((LN(U) Wq)(V_l Wk)^T / sqrt(d));  U <- U + g_a * (A (V_l Wv)) Wo;  U <- U + g_f * FFN(LN(U)).
 * The gates g start at 0, so that the model starts as its baseline, bit for bit.
 */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import { type Answerers, projected, staysUnprojected } from "../nn/cross-attention.js";
import { normedProduct } from "../nn/norm.js";
import type { VghifConfig } from "./vghif-config.js";
import { feedForward, interact } from "./vghif-interaction.js";

/** Levels of a visual tower, 1-based block numbers in depth order: those configured, or 4 spread evenly. */
export function fusedLevels(config: VghifConfig, visionLayers: number): number[] {
  const levels = config.levels ?? [0.25, 0.5, 0.75, 1].map((part) => Math.max(1, Math.round(part * visionLayers)));
  const unique = [...new Set(levels)];
  for (const level of unique) {
    if (!Number.isInteger(level) || level < 1 || level > visionLayers) {
      throw new Error(`vghif: level ${level} is not one of the visual encoder's blocks 1 to ${visionLayers}`);
    }
  }
  return unique.sort((a, b) => a - b);
}

/**
 * The tokens of one level that the text may ask. tokens [B, T, 1+N, D] -> [B, S, D]: 'cls' T class tokens; 'patch' N patch
 * tokens, mean over time; 'cls+patch' both, in this order; 'all' T(1+N), frame by frame.
 */
export function selectTokens(tokens: Tensor, select: VghifConfig["select"]): Tensor {
  const [videos, frames, length, width] = tokens.shape as [number, number, number, number];
  if (select === "all") return tf.reshape(tokens, [videos, frames * length, width]);
  const cls = (): Tensor => tf.reshape(tf.slice(tokens, [0, 0, 0, 0], [-1, -1, 1, -1]), [videos, frames, width]);
  const patch = (): Tensor => tf.mean(tf.slice(tokens, [0, 0, 1, 0], [-1, -1, length - 1, -1]), 1);
  if (select === "cls") return cls();
  return select === "patch" ? patch() : tf.concat([cls(), patch()], 1);
}

/**
 * Selected tokens of level index `level` [B, S, Dv] in the joint space: V = Linear(LN(tokens)) [B, S, E], or its parts where
 * that costs `askers` askers of width `width` less.
 */
export function levelTokens(
  params: Params,
  config: VghifConfig,
  level: number,
  selected: Tensor,
  askers: number,
  width: number,
): Answerers {
  const name = `vghif.levels.${level}`;
  const parts = normedProduct(selected, params, `${name}.ln`, param(params, `${name}.proj`));
  const [videos, count, inner] = selected.shape as [number, number, number];
  const sizes = { queries: askers, width, count, space: parts.matrix.shape[1]!, heads: config.heads };
  const unprojected = config.interaction !== "attention" || staysUnprojected(sizes, inner, videos, config.iterations);
  return unprojected ? parts : projected(parts);
}

/** How often a pass visits: once a level; once where the levels do not take part (`guide: 'text-to-visual'`). */
export function visitsPerPass(config: VghifConfig, visionLayers: number): number {
  return config.guide === "text-to-visual" ? 1 : fusedLevels(config, visionLayers).length;
}

/** Level indices in the order in which one pass fuses them. */
export function fusionOrder(config: VghifConfig, levels: number): number[] {
  return Array.from({ length: levels }, (_, at) => (config.order === "shallow-to-deep" ? at : levels - 1 - at));
}

/** The name below which the fusion weights of level index `level` stand. */
export function fusionName(config: VghifConfig, level: number): string {
  return `vghif.fusion.${config.share ? 0 : level}`;
}

/** The attention of one visit: which class looked where. */
export interface GroundingMap {
  readonly pass: number;
  /** Index into the fused levels. */
  readonly level: number;
  /** Mean over heads, over the S visual tokens of the level; sums to 1 over S: [B, K, S]. */
  readonly map: Tensor;
}

export interface Fused {
  /** Text embedding of each class for each video, not normalised [B, K, E]. */
  readonly text: Tensor;
  /** Video embedding, not normalised [B, E]. */
  readonly video: Tensor;
  readonly maps: readonly GroundingMap[];
}

/**
 * The fusion on the text encoder's output.
 * text [B, K, E]: class embeddings for each video, not normalised; video [B, E]: the backbone's own; levels: V_l [B, S, E]
 * each, shallow to deep, from `levelTokens`; none where the guide is 'text-to-visual'. `only` limits it to one direction.
 */
export function fuse(
  params: Params,
  config: VghifConfig,
  text: Tensor,
  video: Tensor,
  levels: readonly Answerers[],
  only: VghifConfig["guide"] = config.guide,
): Fused {
  const [videos, width] = video.shape as [number, number];
  let u = text;
  let v = tf.reshape(video, [videos, 1, width]);
  const maps: GroundingMap[] = [];
  for (let pass = 0; pass < config.iterations; pass++) {
    for (const level of fusionOrder(config, Math.max(1, levels.length))) {
      const name = fusionName(config, level);
      if (only !== "text-to-visual") {
        const step = interact(params, config, `${name}.visual_to_text`, u, levels[level]!);
        u = feedForward(params, config, `${name}.visual_to_text`, step.output);
        if (step.weights) maps.push({ pass, level, map: tf.mean(step.weights, 1) });
      }
      if (only !== "visual-to-text") {
        const step = interact(params, config, `${name}.text_to_visual`, v, u);
        v = feedForward(params, config, `${name}.text_to_visual`, step.output);
      }
    }
  }
  return { text: u, video: tf.reshape(v, [videos, width]), maps };
}
