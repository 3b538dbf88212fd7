/** Functions, reductions and shapes beyond those of the contract of backends. */
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import type { OpCase } from "../op-case.js";
import { asFloat, fixed, ints, unary } from "./case-parts.js";

export const OTHERS: readonly OpCase[] = [
  ...Object.entries({ acos: tf.acos, asin: tf.asin, atanh: tf.atanh }).map(([name, fn]) =>
    unary(name, (x) => fn(tf.mul(x, 0.6))),
  ),
  ...Object.entries({ asinh: tf.asinh, atan: tf.atan, cosh: tf.cosh, sinh: tf.sinh, elu: tf.elu, selu: tf.selu }).map(
    ([name, fn]) => unary(name, fn),
  ),
  ...Object.entries({ relu6: tf.relu6, tan: tf.tan, ceil: tf.ceil, round: tf.round, step: tf.step }).map(([name, fn]) =>
    unary(name, (x) => fn(x)),
  ),
  unary("acosh", (x) => tf.acosh(tf.add(x, 1)), { positive: true }),
  unary("leakyRelu", (x) => tf.leakyRelu(x, 0.3)),
  unary("logSigmoid", (x) => tf.logSigmoid(x)),
  unary("gelu by erf", (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.div(x, Math.SQRT2)), 1))),
  { name: "prelu", shapes: [[5, 7], [7]], fn: (x, a) => tf.prelu(x, a) },
  {
    name: "batchNorm",
    shapes: [[2, 3, 5, 7], [7], [7], [7], [7]],
    positive: true,
    fn: (x, mean, variance, offset, scale) =>
      tf.batchNorm4d(
        x as tf.Tensor4D,
        ...([mean, variance, offset, scale, 0.01] as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, number]),
      ),
  },
  {
    name: "einsum",
    shapes: [
      [3, 5, 7],
      [7, 5, 2],
    ],
    fn: (a, b) => tf.einsum("bij, jik -> bk", a, b),
    ...fixed,
  },
  { name: "einsum of one", shapes: [[5, 7]], fn: (a) => tf.einsum("ij->ji", a), ...fixed },
  { name: "mod", shapes: [[5, 7], [7]], fn: (a, b) => tf.mod(tf.mul(a, 5), b), ...fixed },
  {
    name: "mod and floorDiv of integers",
    shapes: [[5, 7]],
    fn: (x) => {
      const [a, b] = [tf.cast(tf.mul(x, 40), "int32"), ints([3, -3, 7, -5, 2, -1, 11])];
      return asFloat(tf.add(tf.mul(tf.mod(a, b), 1000), tf.floorDiv(a, b)));
    },
    ...fixed,
  },
  { name: "floorDiv", shapes: [[5, 7], [7]], fn: (a, b) => asFloat(tf.floorDiv(tf.mul(a, 5), b)), ...fixed },
  {
    name: "maximum",
    shapes: [
      [5, 7],
      [5, 7],
    ],
    fn: (a, b) => tf.sub(tf.maximum(a, b), tf.minimum(a, tf.mul(b, 2))),
  },
  unary("prod", (x) => tf.prod(x, 1)),
  unary("cumprod", (x) => tf.cumprod(x, 1), fixed),
  unary("cumprod without itself, from the end", (x) => tf.cumprod(x, 0, true, true), fixed),
  unary("cumsum without itself, from the end", (x) => tf.cumsum(x, 1, true, true)),
  // tfjs's own gradient of cumsum is right along the last axis alone: along another it turns dy once more.
  unary("cumsum of integers", (x) => asFloat(tf.cumsum(tf.cast(tf.mul(x, 9), "int32"), 0)), fixed),
  unary("mean of integers", (x) => tf.mean(tf.cast(tf.mul(x, 9), "int32"), 1), fixed),
  unary(
    "max of bools and integers",
    (x) => {
      const positive = tf.greater(x, 0);
      return tf.add(asFloat(tf.max(positive, 1)), asFloat(tf.min(tf.cast(tf.mul(x, 9), "int32"), 1)));
    },
    fixed,
  ),
  unary(
    "all and any",
    (x) => {
      const low = tf.less(x, 1.2);
      return tf.add(asFloat(tf.all(low, 1)), tf.mul(asFloat(tf.any(tf.logicalNot(low), 1)), 2));
    },
    fixed,
  ),
  unary(
    "comparisons of bools",
    (x) => {
      const [a, b] = [tf.greater(x, 0), tf.less(x, 0.5)];
      return tf.addN([asFloat(tf.greater(a, b)), asFloat(tf.notEqual(a, b)), asFloat(tf.lessEqual(a, b))]);
    },
    fixed,
  ),
  unary(
    "where of bools",
    (x) => {
      const positive = tf.greater(x, 0);
      return asFloat(tf.where(tf.less(x, 0.5), positive, tf.logicalXor(positive, tf.onesLike(positive))));
    },
    fixed,
  ),
  unary(
    "float functions of integers",
    (x) => tf.add(tf.exp(tf.cast(tf.mul(x, 3), "int32")), asFloat(tf.erf(tf.cast(tf.mul(x, 3), "int32")))),
    fixed,
  ),
  unary(
    "functions of integers",
    (x) => {
      const whole = tf.cast(tf.mul(x, 9), "int32");
      return asFloat(
        tf.addN([tf.sign(whole), tf.relu(whole), tf.abs(whole), tf.clipByValue(whole, -3, 4)] as Tensor[]),
      );
    },
    fixed,
  ),
  unary(
    "what is finite",
    (x) => {
      const y = tf.log(tf.floor(x));
      return tf.addN([asFloat(tf.isFinite(y)), tf.mul(asFloat(tf.isInf(y)), 2), tf.mul(asFloat(tf.isNaN(y)), 4)]);
    },
    fixed,
  ),
  unary(
    "mirrorPad, reflect",
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 1],
          [0, 3],
        ],
        "reflect",
      ),
    fixed,
  ),
  unary(
    "mirrorPad, symmetric",
    (x) =>
      tf.mirrorPad(
        x,
        [
          [2, 5],
          [0, 3],
        ],
        "symmetric",
      ),
    fixed,
  ),
  unary(
    "pad of bools",
    (x) =>
      asFloat(
        tf.pad(
          tf.greater(x, 0),
          [
            [1, 0],
            [0, 2],
          ],
          1,
        ),
      ),
    fixed,
  ),
  unary("diag", (x) => tf.diag(tf.slice(x, [1, 2], [2, 3])), fixed),
  unary("linspace and ranges", (x) =>
    tf.mul(
      x,
      tf.addN([tf.linspace(-1, 2, 7), tf.range(0.7, 0, -0.1), tf.range(7, 0), asFloat(tf.range(0, 7, 1, "int32"))]),
    ),
  ),
  { name: "flipLeftRight", shapes: [[2, 3, 5, 7]], fn: (x) => tf.image.flipLeftRight(x as tf.Tensor4D), ...fixed },
  { name: "stridedSlice", shapes: [[11, 7]], fn: (x) => tf.stridedSlice(x, [9, 1], [0, 7], [-3, 2]), ...fixed },
  {
    name: "nothing of something",
    shapes: [[5, 0, 7]],
    fn: (x) => tf.concat([tf.reshape(x, [0, 3]), tf.ones([2, 3])]),
    ...fixed,
  },
];
