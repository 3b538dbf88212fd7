/** Kernels that pick or place values by integer indices. */
import { tf } from "vghif/dist/nn/array.js";
import type { OpCase } from "../op-case.js";
import { asFloat, fixed, ints, unary } from "./case-parts.js";

export const INDEXED: readonly OpCase[] = [
  {
    name: "gather by batch",
    shapes: [[3, 11, 5]],
    fn: (x) => tf.gather(x, ints([3, 10, 3, 0, 1, 7], [3, 2]), 1, 1),
  },
  {
    name: "gather by batch, two axes in common",
    shapes: [[3, 2, 11, 5]],
    differentiable: false,
    fn: (x) => tf.gather(x, ints([3, 10, 3, 0, 1, 7, 2, 2, 10, 9, 0, 0], [3, 2, 2]), 2, 2),
  },
  {
    name: "gather by batch, past an axis",
    shapes: [[3, 2, 11, 5]],
    differentiable: false,
    fn: (x) => tf.gather(x, ints([3, 10, 3, 0, 1, 7, 2, 2, 10], [3, 3]), 2, 1),
  },
  unary("gather, indices in a table, inner axis", (x) => tf.gather(x, ints([6, 0, 0, 3], [2, 2]), -1)),
  unary("gatherND", (x) => tf.gatherND(x, ints([3, 1, 0, 6, 4, 4], [3, 2])), fixed),
  unary("gatherND of rows", (x) => tf.gatherND(x, ints([3, 0, 4, 3], [2, 2, 1])), fixed),
  unary("scatterND", (x) => tf.scatterND(ints([3, 1, 0, 3, 8], [5, 1]), x, [11, 7]), fixed),
  unary("tensorScatterUpdate", (x) => tf.tensorScatterUpdate(x, ints([3, 1], [2, 1]), tf.ones([2, 7])), fixed),
  unary("topk values", (x) => tf.topk(x, 3).values, fixed),
  unary("topk places, of equal values the first", (x) => asFloat(tf.topk(tf.round(x), 5).indices), fixed),
  unary("oneHot of what is outside", () => tf.oneHot(ints([-1, 0, 4, 3]), 4, 3, -2, "float32" as "int32"), fixed),
  unary("oneHot as bool", (x) => tf.where(tf.oneHot(ints([1, 6, 0, 2, 2]), 7, 1, 0, "bool" as "int32"), x, 0), fixed),
  unary("argMax of bools", (x) => asFloat(tf.argMax(tf.greater(x, 0), 1)), fixed),
];
