/** Kernels that sum, compare or accumulate values along axes. */
import type { Graph, Node } from "./graph.js";
import { binary, cast, concat, expand, reduce, sizeOf, slice, unary } from "./ops.js";
import { axesOf, type Call, type Recorders } from "./recorder.js";

const reduction =
  (op: string) =>
  ({ g, inputs, attrs }: Call): Node => {
    const x = inputs.x!;
    return reduce(g, op, x, axesOf(x, attrs.reductionIndices ?? attrs.axis), attrs.keepDims === true);
  };

/** Of bools: the least or the greatest of 0 and 1. */
const ordered =
  (op: "ReduceMin" | "ReduceMax") =>
  (call: Call): Node => {
    const x = call.inputs.x!;
    if (x.dtype !== "bool") return reduction(op)(call);
    return cast(call.g, reduction(op)({ ...call, inputs: { x: cast(call.g, x, "int32") } }), "bool");
  };

export const REDUCTIONS: Recorders = {
  Sum: reduction("ReduceSum"),
  Prod: reduction("ReduceProd"),
  Mean: (call) => reduction("ReduceMean")({ ...call, inputs: { x: cast(call.g, call.inputs.x!, "float32") } }),
  Max: ordered("ReduceMax"),
  Min: ordered("ReduceMin"),
  All: ordered("ReduceMin"),
  Any: ordered("ReduceMax"),
  Softmax: ({ g, inputs, attrs }) => alongAxis(g, "Softmax", inputs.logits!, attrs.dim),
  LogSoftmax: ({ g, inputs, attrs }) => alongAxis(g, "LogSoftmax", inputs.logits!, attrs.axis),
  Cumsum: ({ g, inputs, attrs }) => {
    const x = inputs.x!.dtype === "bool" ? cast(g, inputs.x!, "int32") : inputs.x!;
    const axis = g.constant([axesOf(x, attrs.axis)[0]!], [], "int64");
    const flag = (value: unknown) => ({ int: Number(value === true) });
    const attributes = { exclusive: flag(attrs.exclusive), reverse: flag(attrs.reverse) };
    return g.node("CumSum", [x, axis], x.shape, x.dtype, attributes);
  },
  Cumprod: ({ g, inputs, attrs }) =>
    cumulativeProduct(
      g,
      inputs.x!,
      axesOf(inputs.x!, attrs.axis)[0]!,
      attrs.exclusive === true,
      attrs.reverse === true,
    ),
  FusedBatchNorm: ({ g, inputs, attrs }) => {
    const { x, mean, variance, scale, offset } = inputs as Record<"x" | "mean" | "variance", Node> & Call["inputs"];
    const spread = unary(g, "Sqrt", binary(g, "Add", variance, g.scalar((attrs.varianceEpsilon as number) ?? 0.001)));
    const centred = binary(g, "Sub", x, mean);
    const normal = binary(g, "Div", scale ? binary(g, "Mul", centred, scale) : centred, spread);
    return offset ? binary(g, "Add", normal, offset) : normal;
  },
};

function alongAxis(g: Graph, op: string, x: Node, axis: unknown): Node {
  return g.node(op, [x], x.shape, x.dtype, { axis: { int: axesOf(x, axis)[0]! } });
}

/**
 * Products of all values up to each place, which ONNX lacks: the products of 1, 2, 4, 8 ... values, each of two of the
 * step before.
 */
function cumulativeProduct(g: Graph, x: Node, axis: number, exclusive: boolean, reverse: boolean): Node {
  const length = x.shape[axis]!;
  let products = exclusive ? shifted(g, x, axis, 1, reverse) : x;
  for (let step = 1; step < length; step *= 2) {
    products = binary(g, "Mul", products, shifted(g, products, axis, step, reverse));
  }
  return products;
}

/** x moved by some places along the axis, with ones where nothing came. */
function shifted(g: Graph, x: Node, axis: number, places: number, back: boolean): Node {
  const sized = (length: number): number[] => x.shape.map((size, i) => (i === axis ? length : size));
  const length = x.shape[axis]!;
  const ones = expand(g, g.scalar(1, x.dtype), sized(Math.min(places, length)));
  if (places >= length || sizeOf(x.shape) === 0) return ones;
  const begin = x.shape.map((_, i) => (i === axis && back ? places : 0));
  const kept = slice(g, x, begin, sized(length - places));
  return concat(g, back ? [kept, ones] : [ones, kept], axis);
}
