/** VgHIF between the text encoder's own blocks (`where: 'inside'`): every text token asks, not only the pooled one. */
import { type Params, type Tensor, tf } from "../nn/array.js";
import type { Answerers } from "../nn/cross-attention.js";
import type { VideoTextBackbone } from "./backbone.js";
import { poolText, textHead, textTower } from "./clip.js";
import { fusionName, fusionOrder, type GroundingMap } from "./vghif.js";
import type { VghifConfig } from "./vghif-config.js";
import { feedForward, interact } from "./vghif-interaction.js";

/** After which text block (0-based) each level of a pass is fused: spread evenly, the last after the last block. */
export function fusionSites(levels: number, textLayers: number): number[] {
  return Array.from({ length: levels }, (_, rank) => Math.ceil(((rank + 1) * textLayers) / levels) - 1);
}

/**
 * Runs the text tower once per video, its tokens asking the levels on the way; the passes of a level follow each other at
 * its place. embedded [K, L, W]; pool [K, L, 1]; levels V_l [B, S, E] of B `videos`. Returns text embeddings [B, K, E], not normalised.
 */
export function encodeTextGuided(
  params: Params,
  backbone: VideoTextBackbone,
  config: VghifConfig,
  embedded: Tensor,
  pool: Tensor,
  levels: readonly Answerers[],
  videos: number,
): { text: Tensor; maps: GroundingMap[] } {
  const [classes, length, width] = embedded.shape as [number, number, number];
  const order = fusionOrder(config, levels.length);
  const { textLayers, embedDim } = backbone.config;
  const sites = fusionSites(levels.length, textLayers);
  const own = backbone.betweenTextBlocks(params);
  const maps: GroundingMap[] = [];
  const between = (tokens: Tensor, layer: number): Tensor => {
    let u = tf.reshape(tokens, [videos, classes * length, width]);
    for (const [rank, level] of order.entries()) {
      for (let pass = 0; sites[rank] === layer && pass < config.iterations; pass++) {
        const name = `${fusionName(config, level)}.visual_to_text`;
        const step = interact(params, config, name, u, levels[level]!);
        u = feedForward(params, config, name, step.output);
        if (step.weights) maps.push({ pass, level, map: pooledRows(step.weights, pool, videos) });
      }
    }
    const fused = tf.reshape(u, [videos * classes, length, width]);
    return own ? own(fused, layer) : fused;
  };
  const tokens = textTower(params, backbone.config, tf.tile(embedded, [videos, 1, 1]), undefined, between);
  const pooled = poolText(tokens, tf.tile(pool, [videos, 1, 1])); // [B*K, W]
  return { text: tf.reshape(textHead(params, pooled), [videos, classes, embedDim]), maps };
}

/** The attention of each class's pooled token: weights [B, H, K*L, S] -> [B, K, S]. */
function pooledRows(weights: Tensor, pool: Tensor, videos: number): Tensor {
  const [classes, length] = pool.shape as [number, number, number];
  const mean = tf.reshape(tf.mean(weights, 1), [videos, classes, length, -1]);
  return tf.sum(tf.mul(mean, tf.reshape(pool, [1, classes, length, 1])), 2);
}
