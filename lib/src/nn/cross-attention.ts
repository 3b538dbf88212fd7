/**
 * Cross-attention in the cheapest order of its products of matrices. All orders give the same numbers up to rounding, forward
 * and gradient; which one is cheapest depends on the sizes alone.
 */
import { type Tensor, tf } from "./array.js";
import { type Attended, attention } from "./attention.js";
import { project } from "./linear.js";

/** Answerers that are not projected yet: V = tokens matrix + offset, [B, S, E]. */
export interface Unprojected {
  /** [B, S, I] */
  readonly tokens: Tensor;
  /** [I, E] */
  readonly matrix: Tensor;
  /** [E] */
  readonly offset: Tensor;
}

/** V itself [B, S, E], or its parts. */
export type Answerers = Tensor | Unprojected;

/** Projections of the answerers: keys V k and values V v, both [E, D]. */
export interface AnswererWeights {
  readonly k: Tensor;
  readonly v: Tensor;
}

/** softmax(q (V k)^T / sqrt(D/H)) (V v), head by head. q [B, Q, D] asks, answerers V [B, S, E]. */
export function crossAttention(q: Tensor, answerers: Answerers, { k, v }: AnswererWeights, heads: number): Attended {
  if ("tokens" in answerers) {
    const { tokens, matrix, offset } = answerers;
    // The offset adds the same to all scores of a query, which the softmax does not see, and itself to any mean of values.
    const { output, weights } = crossAttention(q, tokens, { k: project(matrix, k), v: project(matrix, v) }, heads);
    return { output: tf.add(output, tf.reshape(project(tf.reshape(offset, [1, -1]), v), [-1])), weights };
  }
  const [, queries, width] = q.shape as [number, number, number];
  const [, count, space] = answerers.shape as [number, number, number];
  const sizes = { queries, width, count, space, heads };
  if (inPlaceCost(sizes) < projectedCost(sizes)) return askInPlace(q, answerers, { k, v }, heads);
  return attention(q, project(answerers, k), project(answerers, v), heads);
}

/** V [B, S, E]. */
export function projected({ tokens, matrix, offset }: Unprojected): Tensor {
  return tf.add(project(tokens, matrix), offset);
}

/** The answerers' mean [B, 1, E]. */
export function meanOfAnswerers(answerers: Answerers): Tensor {
  if (!("tokens" in answerers)) return tf.mean(answerers, 1, true);
  return projected({ ...answerers, tokens: tf.mean(answerers.tokens, 1, true) });
}

/** Sizes of a cross-attention for one of B videos. */
export interface CrossSizes {
  readonly queries: number;
  readonly width: number;
  readonly count: number;
  readonly space: number;
  readonly heads: number;
}

/** Multiplications for the keys and scores, as well as for the mixtures and values, where every answerer is projected. */
const projectedCost = ({ queries, width, count, space }: CrossSizes): number =>
  count * space * width + queries * count * width;

/** The same where every head's queries are carried into the answerers' space, and mixtures are projected. */
const inPlaceCost = ({ queries, width, count, space, heads }: CrossSizes): number =>
  queries * space * width + heads * queries * count * space;

const cheapest = (sizes: CrossSizes): number => 2 * Math.min(projectedCost(sizes), inPlaceCost(sizes));

/**
 * Whether to leave answerers of width `inner` unprojected: whether it costs less to multiply their matrix [inner, space] into
 * the weights, once for `videos`, than to project them once for `visits` attentions.
 */
export function staysUnprojected(sizes: CrossSizes, inner: number, videos: number, visits: number): boolean {
  const { count, space, width } = sizes;
  const composed = visits * ((2 * inner * space * width) / videos + cheapest({ ...sizes, space: inner }));
  return composed < count * inner * space + visits * cheapest(sizes);
}

/** Each head's queries go to the answerers' space, q_h k_h^T [Q, E], and its mixtures of answerers are projected. */
function askInPlace(q: Tensor, answerers: Tensor, { k, v }: AnswererWeights, heads: number): Attended {
  const [batch, queries, width] = q.shape as [number, number, number];
  const [, count, space] = answerers.shape as [number, number, number];
  if (width % heads !== 0) throw new Error(`attention: width ${width} is not divisible by ${heads} heads`);
  const size = width / heads;
  /** [B, Q, D] or [E, D] by head: [H, rows, D/H]. */
  const byHead = (x: Tensor, rows: number): Tensor => tf.transpose(tf.reshape(x, [rows, heads, size]), [1, 0, 2]);
  const asked = tf.mul(byHead(q, batch * queries), size ** -0.5);
  const carried = tf.matMul(asked, byHead(k, space), false, true); // [H, B*Q, E]
  const inside = tf.transpose(tf.reshape(carried, [heads, batch, queries, space]), [1, 0, 2, 3]);
  const scores = tf.matMul(tf.reshape(inside, [batch, heads * queries, space]), answerers, false, true); // [B, H*Q, S]
  const weights = tf.softmax(scores);
  const mixed = tf.reshape(tf.matMul(weights, answerers), [batch, heads, queries, space]);
  const outside = tf.reshape(tf.transpose(mixed, [1, 0, 2, 3]), [heads, batch * queries, space]);
  const values = tf.matMul(outside, byHead(v, space)); // [H, B*Q, D/H]
  const output = tf.reshape(tf.transpose(values, [1, 0, 2]), [batch, queries, width]);
  return { output, weights: tf.reshape(weights, [batch, heads, queries, count]) };
}
