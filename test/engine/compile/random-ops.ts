/**
 * Instructions of random programs. Each works on whatever shapes it meets, or says that it cannot (undefined).
 *
 * Where a function jumps (a comparison, a maximum, a cast to integers), one rounding error would make two right results
 * differ. Such operands must be exact: moved about, added and compared, but never rounded, since the inputs are small
 * multiples of 1/8. Integers and bools come from exact values that no gradient follows, because tfjs has none there.
 */
import { quickGelu } from "vghif/dist/nn/activation.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { attention } from "vghif/dist/nn/attention.js";
import { layerNorm } from "vghif/dist/nn/norm.js";
import { alike, along, type Op, op, same, together } from "./random-op.js";
import { DISCRETE_OPS } from "./random-ops-discrete.js";

const smooth = op(["float"], "float");
const smooth2 = op(["float", "float"], "float");
/** Of an exact value an exact one, with a gradient; of a value that is not exact, one that is not. */
const moving = op(["float"], "exact");
const moving2 = op(["float", "float"], "exact");
const jumping = op(["exact"], "exact");
const jumping2 = op(["exact", "exact"], "exact");

function permutation(rank: number, seed: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, (_, i) => left.splice((seed + i) % left.length, 1)[0]!);
}

/** The shape cut in two, or with an axis of size 1 more, or one less, or flat. */
function reshaped(shape: readonly number[], p: number): number[] {
  const at = Math.floor(p / 4) % (shape.length + 1);
  const size = (part: readonly number[]): number => part.reduce((product, n) => product * n, 1);
  switch (p % 4) {
    case 0:
      return [size(shape.slice(0, at)), size(shape.slice(at))];
    case 1:
      return [...shape.slice(0, at), 1, ...shape.slice(at)];
    case 2:
      return shape.filter((n) => n !== 1);
    default:
      return [size(shape)];
  }
}

/** a b with the transposes that fit, if any; else a's product with itself. */
function product(a: Tensor, b: Tensor, p: number): Tensor | undefined {
  if (a.rank < 2) return undefined;
  const batched = a.rank === b.rank && same(a.shape.slice(0, -2), b.shape.slice(0, -2));
  for (let i = 0; i < 4; i++) {
    const [transposeA, transposeB] = [(p + i) % 2 === 1, ((p + i) >> 1) % 2 === 1];
    if (batched && a.shape.at(transposeA ? -2 : -1) === b.shape.at(transposeB ? -1 : -2)) {
      return tf.tanh(tf.matMul(a, b, transposeA, transposeB));
    }
  }
  return tf.tanh(tf.matMul(a, a, p % 2 === 0, p % 2 === 1));
}

export const OPS: Readonly<Record<string, Op>> = {
  sigmoid: smooth(([x]) => tf.sigmoid(x)),
  tanh: smooth(([x]) => tf.tanh(x)),
  neg: moving(([x]) => tf.neg(x)),
  exp: smooth(([x]) => tf.exp(tf.tanh(x))),
  square: smooth(([x]) => tf.tanh(tf.square(x))),
  rsqrt: smooth(([x]) => tf.rsqrt(tf.add(tf.square(x), 1))),
  sqrt: smooth(([x]) => tf.sqrt(tf.add(tf.square(x), 0.5))),
  log: smooth(([x]) => tf.log(tf.add(tf.square(x), 0.5))),
  erf: smooth(([x]) => tf.erf(x)),
  sinCos: smooth(([x]) => tf.sub(tf.sin(x), tf.cos(x))),
  softplus: smooth(([x]) => tf.softplus(tf.tanh(x))),
  elu: smooth(([x]) => tf.elu(tf.tanh(x))),
  quickGelu: smooth(([x]) => quickGelu(x)),
  gelu: smooth(([x]) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))),
  scale: smooth(([x], p) => tf.mul(x, (p % 7) / 3 - 1)),
  shift: moving(([x], p) => tf.add(x, (p % 5) - 2)),
  relu: jumping(([x]) => tf.relu(x)),
  abs: jumping(([x]) => tf.abs(x)),
  leakyRelu: op(["exact"], "float")(([x]) => tf.leakyRelu(x, 0.3)),
  clip: jumping(([x], p) => tf.clipByValue(x, -((p % 9) / 8), 0.625)),
  floor: jumping(([x]) => tf.add(tf.floor(x), tf.mul(tf.sign(x), 2))),
  add: moving2(together(tf.add)),
  sub: moving2(together(tf.sub)),
  mul: smooth2(together((a, b) => tf.tanh(tf.mul(a, b)))),
  div: smooth2(together((a, b) => tf.tanh(tf.div(a, tf.add(tf.square(b), 1))))),
  pow: smooth2(together((a, b) => tf.pow(tf.add(tf.sigmoid(a), 0.5), tf.tanh(b)))),
  squaredDifference: smooth2(alike((a, b) => tf.tanh(tf.squaredDifference(a, b)))),
  maximum: jumping2(alike(tf.maximum)),
  minimum: jumping2(alike(tf.minimum)),
  addN: smooth2(alike((a, b) => tf.addN([a, b, a]))),
  matMul: smooth2(([a, b], p) => product(a, b, p)),
  sum: smooth(along((x, axis, p) => tf.tanh(tf.sum(x, axis, p % 2 === 0)))),
  mean: smooth(along((x, axis, p) => tf.mean(x, axis, p % 2 === 0))),
  meanOfTwo: smooth(([x], p) => (x.rank < 2 ? undefined : tf.mean(x, [0, x.rank - 1], p % 2 === 0))),
  prod: smooth(along((x, axis, p) => tf.prod(tf.add(tf.sigmoid(x), 0.5), axis, p % 2 === 0))),
  max: jumping(along((x, axis, p) => tf.max(x, axis, p % 2 === 0))),
  min: jumping(along((x, axis, p) => tf.min(x, axis, p % 2 === 0))),
  logSumExp: smooth(along((x, axis, p) => tf.logSumExp(tf.tanh(x), axis, p % 2 === 0))),
  variance: smooth(along((x, axis) => tf.tanh(tf.moments(x, axis).variance))),
  // Along another axis tfjs's own gradient of cumsum is wrong: it turns dy once more.
  cumsum: smooth(([x]) => (x.rank === 0 ? undefined : tf.tanh(tf.cumsum(x, x.rank - 1)))),
  softmax: smooth(([x]) => (x.rank === 0 ? undefined : tf.softmax(x))),
  logSoftmax: smooth(([x]) => (x.rank === 0 ? undefined : tf.logSoftmax(x))),
  normalise: smooth(([x]) =>
    x.rank === 0 ? undefined : tf.div(x, tf.sqrt(tf.add(tf.sum(tf.square(x), -1, true), 0.1))),
  ),
  layerNorm: smooth2(([x, g]) => {
    if (x.rank === 0 || g.rank === 0 || g.shape.at(-1) !== x.shape.at(-1)) return undefined;
    const gain = tf.mean(tf.reshape(g, [-1, x.shape.at(-1)!]), 0);
    return layerNorm(x, { "ln.weight": tf.add(gain, 1), "ln.bias": tf.tanh(gain) }, "ln", 0.1);
  }),
  attention: smooth2(([x, y]) => {
    if (x.rank < 2 || x.rank > 3) return undefined;
    const key =
      y.rank === x.rank && same([...y.shape.slice(0, -2), y.shape.at(-1)!], [...x.shape.slice(0, -2), x.shape.at(-1)!])
        ? y
        : x;
    const [q, k] = [x, key].map((t) => tf.reshape(t, [-1, ...t.shape.slice(-2)])) as [Tensor, Tensor];
    return tf.reshape(attention(q, k, tf.tanh(k), 1).output, x.shape);
  }),
  reshape: moving(([x], p) => tf.reshape(x, reshaped(x.shape, p))),
  transpose: moving(([x], p) => tf.transpose(x, permutation(x.rank, p))),
  slice: moving(
    along((x, axis, p) => {
      const begin = x.shape.map((n, i) => (i === axis ? p % n : 0));
      return tf.slice(
        x,
        begin,
        x.shape.map((n, i) => (i === axis ? 1 + (p % (n - begin[i]!)) : n)),
      );
    }),
  ),
  concat: moving2(([a, b], p) => {
    const fits = (axis: number): boolean =>
      a.rank === b.rank && a.shape.every((n, i) => i === axis || n === b.shape[i]);
    const axes = a.shape.map((_, axis) => axis).filter(fits);
    return axes.length === 0 ? undefined : tf.concat([a, b, a], axes[p % axes.length]);
  }),
  stack: moving2(([a, b], p) => (same(a.shape, b.shape) ? tf.stack([a, b], p % (a.rank + 1)) : undefined)),
  unstack: moving(
    along((x, axis) => {
      if (x.shape[axis] === 1) return undefined; // one output: tfjs has no gradient then
      const parts = tf.unstack(x, axis);
      return tf.sub(parts[0]!, parts.at(-1)!);
    }),
  ),
  split: moving(
    along((x, axis, p) => {
      const size = x.shape[axis]!;
      const first = 1 + (p % size);
      return first === size ? x : tf.concat(tf.split(x, [first, size - first], axis).reverse(), axis);
    }),
  ),
  tile: moving(
    along((x, axis) =>
      tf.tile(
        x,
        x.shape.map((_, i) => (i === axis ? 2 : 1)),
      ),
    ),
  ),
  broadcastTo: moving(([x], p) => tf.broadcastTo(x, [2 + (p % 2), ...x.shape])),
  pad: moving(
    along((x, axis) =>
      tf.pad(
        x,
        x.shape.map((_, i): [number, number] => (i === axis ? [1, 0] : [0, 1])),
        0.5,
      ),
    ),
  ),
  reverse: moving(along((x, axis) => tf.reverse(x, axis))),
  ...DISCRETE_OPS,
};
