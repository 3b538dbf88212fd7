/** Instructions of random programs that take or make integers and bools. */
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { along, broadcasts, type Op, op, together } from "./random-op.js";

const ints = (values: number[], shape?: number[]): Tensor => tf.tensor(values, shape, "int32");
const asFloat = (x: Tensor): Tensor => tf.cast(x, "float32");
/** Any integers as places of an axis. */
const places = (x: Tensor, size: number): Tensor => tf.mod(x, ints([size], []));

export const DISCRETE_OPS: Readonly<Record<string, Op>> = {
  where: op(
    ["bool", "float", "float"],
    "exact",
  )(([c, a, b]) =>
    broadcasts(a.shape, b.shape) && broadcasts(c.shape, a.shape) && broadcasts(c.shape, b.shape)
      ? tf.where(c, a, b)
      : undefined,
  ),
  gather: op(
    ["float", "int"],
    "exact",
  )(([x, at], p) => {
    if (x.rank === 0 || at.rank > 2) return undefined;
    const axis = p % x.rank;
    return tf.gather(x, places(at, x.shape[axis]!) as tf.Tensor1D, axis);
  }),
  crossEntropy: op(
    ["float", "int"],
    "float",
  )(([x, at]) => {
    if (x.rank === 0 || x.shape.at(-1)! < 2) return undefined;
    const [classes, count] = [x.shape.at(-1)!, x.size / x.shape.at(-1)!];
    const turns = ints(Array.from({ length: count }, (_, i) => i % at.size));
    const labels = tf.gather(tf.reshape(places(at, classes), [-1]), turns as tf.Tensor1D);
    const hits = asFloat(tf.oneHot(labels, classes));
    return tf.neg(tf.mean(tf.sum(tf.mul(hits, tf.logSoftmax(tf.reshape(x, [count, classes]))), -1)));
  }),
  gatherND: op(
    ["exact", "int"],
    "int",
  )(([x, at]) =>
    x.rank === 0 ? undefined : tf.cast(tf.gatherND(x, tf.expandDims(places(at, x.shape[0]!), -1)), "int32"),
  ),
  argMax: op(["exact"], "int")(along((x, axis, p) => (p % 2 === 0 ? tf.argMax(x, axis) : tf.argMin(x, axis)))),
  topk: op(["exact"], "int")(([x], p) => (x.rank === 0 ? undefined : tf.topk(x, 1 + (p % x.shape.at(-1)!)).indices)),
  toInt: op(["exact"], "int")(([x]) => tf.cast(tf.mul(x, 3), "int32")),
  fromInt: op(["int"], "exact")(([x]) => asFloat(places(x, 5))),
  intArithmetic: op(
    ["int", "int"],
    "int",
  )(together((a, b) => tf.sub(tf.mul(places(a, 11), ints([3], [])), tf.add(b, ints([7], []))))),
  intDivision: op(["int"], "int")(([x], p) => tf.floorDiv(x, ints([(p % 5) + 1], []))),
  intMaximum: op(["int", "int"], "int")(together((a, b) => tf.maximum(a, tf.neg(b)))),
  intSum: op(["int"], "int")(along((x, axis, p) => tf.sum(places(x, 13), axis, p % 2 === 0))),
  oneHot: op(["int"], "exact")(([x], p) => asFloat(tf.oneHot(places(x, 3), 3 + (p % 2)))),
  compare: op(
    ["exact", "exact"],
    "bool",
  )(([a, b], p) =>
    broadcasts(a.shape, b.shape)
      ? [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual][p % 6]!(a, b)
      : undefined,
  ),
  compareInt: op(["int", "int"], "bool")(together((a, b) => tf.less(a, b))),
  logical: op(
    ["bool", "bool"],
    "bool",
  )(([a, b], p) =>
    broadcasts(a.shape, b.shape) ? [tf.logicalAnd, tf.logicalOr, tf.logicalXor][p % 3]!(a, b) : undefined,
  ),
  not: op(["bool"], "bool")(([x]) => tf.logicalNot(x)),
  anyAll: op(["bool"], "bool")(along((x, axis, p) => (p % 2 === 0 ? tf.any(x, axis) : tf.all(x, axis)))),
  fromBool: op(["bool"], "exact")(([x]) => asFloat(x)),
};
