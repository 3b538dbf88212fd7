/** Every op that models, losses and optimisers use, as small functions of float inputs with distinct prime sizes. */
import * as tf from "@tensorflow/tfjs-core";
import type { OpCase } from "./op-case.js";

const unary = (
  name: string,
  fn: (x: tf.Tensor) => tf.Tensor,
  options: { positive?: boolean; differentiable?: boolean } = {},
): OpCase => ({ name, shapes: [[5, 7]], fn, ...options });

const binary = (
  name: string,
  fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  { positive = false, broadcastGradient = true } = {},
): OpCase[] => {
  const differentiable = broadcastGradient;
  return [
    {
      name,
      shapes: [
        [5, 7],
        [5, 7],
      ],
      fn,
      positive,
    },
    { name: `${name} over rows`, shapes: [[3, 5, 7], [7]], fn, positive, differentiable },
    {
      name: `${name} over columns`,
      shapes: [
        [5, 1],
        [3, 5, 7],
      ],
      fn,
      positive,
      differentiable,
    },
    { name: `${name} with a scalar`, shapes: [[5, 7], []], fn, positive, differentiable },
  ];
};

const matMul = (a: readonly number[], b: readonly number[], transposeA = false, transposeB = false): OpCase => ({
  name: `matMul [${a}]${transposeA ? "T" : ""} x [${b}]${transposeB ? "T" : ""}`,
  shapes: [a, b],
  fn: (x, y) => tf.matMul(x, y, transposeA, transposeB),
});

const ids = (values: number[], shape?: number[]) => tf.tensor(values, shape, "int32");

const PRODUCTS: readonly OpCase[] = [
  matMul([31, 23], [23, 37]),
  matMul([23, 31], [23, 37], true),
  matMul([31, 23], [37, 23], false, true),
  matMul([23, 31], [37, 23], true, true),
  matMul([3, 31, 23], [3, 23, 37]),
  matMul([3, 23, 31], [3, 23, 37], true),
  matMul([3, 31, 23], [3, 37, 23], false, true),
  matMul([3, 23, 31], [3, 37, 23], true, true),
  matMul([2, 3, 29, 31], [2, 3, 31, 23]),
  matMul([2, 3, 29, 31], [2, 3, 23, 31], false, true),
  matMul([5, 7, 2], [5, 2, 3]),
  { ...matMul([3, 31, 23], [1, 23, 37]), differentiable: false },
  { ...matMul([1, 31, 23], [3, 37, 23], false, true), differentiable: false },
];

const ELEMENTWISE: readonly OpCase[] = [
  unary("abs", tf.abs),
  unary("exp", tf.exp),
  unary("expm1", tf.expm1),
  unary("log", tf.log, { positive: true }),
  unary("log1p", tf.log1p, { positive: true }),
  unary("neg", tf.neg),
  unary("square", tf.square),
  unary("sqrt", tf.sqrt, { positive: true }),
  unary("rsqrt", tf.rsqrt, { positive: true }),
  unary("reciprocal", tf.reciprocal, { positive: true }),
  unary("sigmoid", tf.sigmoid),
  unary("tanh", tf.tanh),
  unary("relu", tf.relu),
  unary("erf", tf.erf),
  unary("softplus", tf.softplus),
  unary("sin", tf.sin),
  unary("cos", tf.cos),
  unary("floor", tf.floor),
  unary("sign", tf.sign),
  unary("clipByValue", (x) => tf.clipByValue(x, -0.7, 0.9)),
  unary("cast to int and back", (x) => tf.cast(tf.cast(tf.mul(x, 10), "int32"), "float32"), { differentiable: false }),
  unary("cast of a comparison", (x) => tf.cast(tf.greater(x, 0.1), "float32"), { differentiable: false }),
  unary("onesLike", (x) => tf.add(tf.onesLike(x), tf.zerosLike(x)), { differentiable: false }),
  ...binary("add", tf.add),
  ...binary("sub", tf.sub),
  ...binary("mul", tf.mul),
  ...binary("div", tf.div, { positive: true }),
  ...binary("pow", tf.pow, { positive: true }),
  // tfjs itself has no gradient for these three over a broadcast.
  ...binary("maximum", tf.maximum, { broadcastGradient: false }),
  ...binary("minimum", tf.minimum, { broadcastGradient: false }),
  ...binary("squaredDifference", tf.squaredDifference, { broadcastGradient: false }),
  {
    name: "where",
    shapes: [
      [5, 7],
      [5, 7],
    ],
    fn: (a, b) => tf.where(tf.tile(tf.tensor2d([1, 0, 1, 1, 0], [5, 1], "bool"), [1, 7]), a, b),
  },
  {
    name: "comparisons",
    shapes: [[5, 7], [7]],
    differentiable: false,
    fn: (a, b) =>
      tf.addN(
        [tf.less(a, b), tf.lessEqual(a, b), tf.greaterEqual(a, b), tf.equal(a, b), tf.notEqual(a, b)].map((x, i) =>
          tf.mul(tf.cast(x, "float32"), 2 ** i),
        ),
      ),
  },
  {
    name: "logical",
    shapes: [
      [5, 7],
      [5, 7],
    ],
    differentiable: false,
    fn: (a, b) =>
      tf.cast(
        tf.logicalOr(tf.logicalAnd(tf.greater(a, 0), tf.greater(b, 0)), tf.logicalNot(tf.greater(a, -1))),
        "float32",
      ),
  },
];

const REDUCTIONS: readonly OpCase[] = [
  ...[[0], [1], [2], [0, 2], [0, 1, 2]].flatMap((axes): OpCase[] => [
    { name: `sum over ${axes}`, shapes: [[3, 5, 7]], fn: (x) => tf.sum(x, axes) },
    { name: `mean over ${axes}, kept`, shapes: [[3, 5, 7]], fn: (x) => tf.mean(x, axes, true) },
    { name: `max over ${axes}`, shapes: [[3, 5, 7]], fn: (x) => tf.max(x, axes) },
    { name: `min over ${axes}`, shapes: [[3, 5, 7]], fn: (x) => tf.min(x, axes) },
  ]),
  { name: "prod", shapes: [[3, 5]], fn: (x) => tf.prod(x, 1), positive: true, differentiable: false },
  { name: "argMax", shapes: [[5, 7]], fn: (x) => tf.cast(tf.argMax(x, -1), "float32"), differentiable: false },
  { name: "argMin", shapes: [[5, 7]], fn: (x) => tf.cast(tf.argMin(x, 0), "float32"), differentiable: false },
  { name: "softmax", shapes: [[3, 5, 7]], fn: (x) => tf.softmax(x) },
  { name: "logSoftmax", shapes: [[5, 7]], fn: (x) => tf.logSoftmax(x) },
  { name: "logSumExp", shapes: [[5, 7]], fn: (x) => tf.logSumExp(x, 1) },
  { name: "norm", shapes: [[5, 7]], fn: (x) => tf.norm(x, "euclidean", -1, true) },
  { name: "moments", shapes: [[5, 7]], fn: (x) => tf.add(tf.moments(x, -1).mean, tf.moments(x, -1).variance) },
  { name: "cumsum", shapes: [[5, 7]], fn: (x) => tf.cumsum(x, 1) },
];

const SHAPES: readonly OpCase[] = [
  { name: "reshape", shapes: [[3, 5, 7]], fn: (x) => tf.reshape(x, [21, 5]) },
  { name: "expandDims, squeeze", shapes: [[5, 1, 7]], fn: (x) => tf.expandDims(tf.squeeze(x, [1]), 0) },
  { name: "transpose", shapes: [[5, 7]], fn: (x) => tf.transpose(x) },
  { name: "transpose 0213", shapes: [[2, 3, 5, 7]], fn: (x) => tf.transpose(x, [0, 2, 1, 3]) },
  { name: "transpose 0231", shapes: [[2, 3, 5, 7]], fn: (x) => tf.transpose(x, [0, 2, 3, 1]) },
  { name: "slice", shapes: [[5, 7, 3]], fn: (x) => tf.slice(x, [1, 2, 0], [3, 4, 2]) },
  {
    name: "split",
    shapes: [[5, 6]],
    fn: (x) => {
      const [a, b, c] = tf.split(x, 3, 1);
      return tf.add(tf.mul(a!, b!), c!);
    },
  },
  {
    name: "split by sizes",
    shapes: [[5, 7]],
    fn: (x) => {
      const [a, b] = tf.split(x, [3, 4], 1);
      return tf.add(tf.sum(a!, 1), tf.sum(tf.square(b!), 1));
    },
  },
  {
    name: "concat",
    shapes: [
      [2, 5],
      [3, 5],
      [1, 5],
    ],
    fn: (...xs) => tf.concat(xs, 0),
  },
  {
    name: "concat inside",
    shapes: [
      [3, 2, 5],
      [3, 7, 5],
    ],
    fn: (...xs) => tf.concat(xs, 1),
  },
  {
    name: "stack, unstack",
    shapes: [
      [5, 7],
      [5, 7],
    ],
    fn: (...xs) => {
      const [a, b] = tf.unstack(tf.stack(xs, 1), 1);
      return tf.sub(tf.mul(a!, 3), b!);
    },
  },
  { name: "tile", shapes: [[3, 1, 5]], fn: (x) => tf.tile(x, [2, 7, 1]) },
  { name: "tile last axis", shapes: [[3, 5, 1]], fn: (x) => tf.tile(x, [1, 2, 3]) },
  { name: "broadcastTo", shapes: [[1, 5]], fn: (x) => tf.broadcastTo(x, [7, 5]) },
  {
    name: "pad",
    shapes: [[5, 7]],
    fn: (x) =>
      tf.pad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        0.5,
      ),
  },
  { name: "reverse", shapes: [[5, 7]], fn: (x) => tf.reverse(x, 1) },
  { name: "gather rows", shapes: [[11, 5]], fn: (x) => tf.gather(x, ids([3, 3, 10, 0, 7, 3])) },
  { name: "gather by a table of ids", shapes: [[11, 5]], fn: (x) => tf.gather(x, ids([3, 3, 10, 0, 7, 3], [2, 3])) },
  { name: "gather inside", shapes: [[3, 11, 5]], fn: (x) => tf.gather(x, ids([3, 10, 3]), 1) },
  { name: "oneHot", shapes: [[7, 5]], fn: (x) => tf.matMul(tf.cast(tf.oneHot(ids([2, 0, 6]), 7), "float32"), x) },
  { name: "range", shapes: [[7]], fn: (x) => tf.mul(x, tf.range(0, 7, 1)) },
];

export const OP_CASES: readonly OpCase[] = [...PRODUCTS, ...ELEMENTWISE, ...REDUCTIONS, ...SHAPES];
