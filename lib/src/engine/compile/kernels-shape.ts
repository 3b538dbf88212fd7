/** Kernels that move values or pick some of them. */
import { tf } from "../../nn/array.js";
import type { DType, Graph, Node } from "./graph.js";
import { binary, cast, concat, expand, reduce, reshape, sizeOf, slice, transpose, where } from "./ops.js";
import type { Call, Recorders } from "./recorder.js";

/** The kernel's `axis` or `dims` attribute as axes from 0 on; none means all. */
function axesOf(x: Node, axis: unknown): number[] {
  return tf.util.parseAxisParam(axis as number | number[], [...x.shape]);
}

const reduction =
  (op: string) =>
  ({ g, inputs, attrs }: Call): Node => {
    const x = inputs.x!;
    return reduce(g, op, x, axesOf(x, attrs.axis), attrs.keepDims === true);
  };

/** all and any: the least and the greatest of 0 and 1. */
const logicalReduction =
  (op: string) =>
  (call: Call): Node => {
    const x = cast(call.g, call.inputs.x!, "int32");
    return cast(call.g, reduction(op)({ ...call, inputs: { x } }), "bool");
  };

const argument =
  (op: string) =>
  ({ g, inputs, attrs }: Call): Node => {
    const x = inputs.x!;
    const axis = axesOf(x, attrs.axis)[0]!;
    const shape = x.shape.filter((_, i) => i !== axis);
    const place = g.node(op, [x], shape, "int64", { axis: { int: axis }, keepdims: { int: 0 } });
    return g.node("Cast", [place], shape, "int32");
  };

export const SHAPES: Recorders = {
  Sum: reduction("ReduceSum"),
  Mean: reduction("ReduceMean"),
  Max: ({ g, inputs, attrs }) =>
    reduce(g, "ReduceMax", inputs.x!, axesOf(inputs.x!, attrs.reductionIndices ?? attrs.axis), attrs.keepDims === true),
  Min: reduction("ReduceMin"),
  Prod: reduction("ReduceProd"),
  All: logicalReduction("ReduceMin"),
  Any: logicalReduction("ReduceMax"),
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
  Cumsum: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const axis = g.constant([axesOf(x, attrs.axis)[0]!], [], "int64");
    const flag = (value: unknown) => ({ int: Number(value === true) });
    const attributes = { exclusive: flag(attrs.exclusive), reverse: flag(attrs.reverse) };
    return g.node("CumSum", [x, axis], x.shape, x.dtype, attributes);
  },
  Softmax: ({ g, inputs, attrs }) => {
    const x = inputs.logits!;
    return g.node("Softmax", [x], x.shape, x.dtype, { axis: { int: axesOf(x, attrs.dim)[0]! } });
  },
  Reshape: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    return reshape(g, x, tf.util.inferFromImplicitShape(attrs.shape as number[], sizeOf(x.shape)));
  },
  ExpandDims: ({ g, inputs, attrs }) => {
    const { shape } = inputs.input!;
    const dim = attrs.dim as number;
    const at = dim < 0 ? dim + shape.length + 1 : dim;
    return reshape(g, inputs.input!, [...shape.slice(0, at), 1, ...shape.slice(at)]);
  },
  Transpose: ({ g, inputs, attrs }) => transpose(g, inputs.x!, attrs.perm as number[]),
  Slice: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const like = { shape: [...x.shape], rank: x.shape.length } as tf.Tensor;
    const begin = attrs.begin as number[];
    const [from, size] = tf.slice_util.parseSliceParams(like, begin, attrs.size as number[]) as [number[], number[]];
    return slice(g, x, from, size);
  },
  StridedSlice: ({ g, inputs, attrs }) => stridedSlice(g, inputs.x!, attrs),
  SplitV: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const axis = axesOf(x, attrs.axis)[0]!;
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: [...x.shape] } as tf.Tensor,
      attrs.numOrSizeSplits as number | number[],
      axis,
    );
    let start = 0;
    return sizes.map((size) => {
      const begin = x.shape.map((_, i) => (i === axis ? start : 0));
      start += size;
      const sizesHere = x.shape.map((whole, i) => (i === axis ? size : whole));
      return slice(g, x, begin, sizesHere);
    });
  },
  Concat: ({ g, list, attrs }) => {
    const axis = axesOf(list[0]!, attrs.axis)[0]!;
    return concat(
      g,
      list.filter((part) => sizeOf(part.shape) > 0),
      axis,
    );
  },
  Pack: ({ g, list, attrs }) => {
    const axis = ((attrs.axis as number) + list[0]!.shape.length + 1) % (list[0]!.shape.length + 1);
    const grown = list.map((x) => reshape(g, x, [...x.shape.slice(0, axis), 1, ...x.shape.slice(axis)]));
    return concat(g, grown, axis);
  },
  Unpack: ({ g, inputs, attrs }) => {
    const x = inputs.value!;
    const axis = axesOf(x, attrs.axis)[0]!;
    const size = x.shape.map((whole, i) => (i === axis ? 1 : whole));
    const rest = x.shape.filter((_, i) => i !== axis);
    return Array.from({ length: x.shape[axis]! }, (_, at) => {
      const begin = x.shape.map((_, i) => (i === axis ? at : 0));
      return reshape(g, slice(g, x, begin, size), rest);
    });
  },
  Tile: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const reps = attrs.reps as number[];
    const shape = x.shape.map((size, axis) => size * reps[axis]!);
    if (x.shape.every((size, axis) => size === 1 || reps[axis] === 1)) return expand(g, x, shape);
    return g.node("Tile", [x, g.integers(reps)], shape, x.dtype);
  },
  PadV2: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const paddings = attrs.paddings as [number, number][];
    const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    const pads = g.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    return g.node("Pad", [x, pads, g.scalar(attrs.constantValue as number, x.dtype)], shape, x.dtype);
  },
  Reverse: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const axes = axesOf(x, attrs.dims);
    const all = (value: number) => g.integers(axes.map(() => value));
    const first = all(-1);
    return g.node("Slice", [x, first, all(-(2 ** 31)), g.integers(axes), first], x.shape, x.dtype);
  },
  GatherV2: ({ g, inputs, attrs }) => {
    const { x, indices } = inputs as Record<"x" | "indices", Node>;
    if (attrs.batchDims) throw new Error("tf.gather with batchDims cannot be compiled");
    const axis = axesOf(x, attrs.axis)[0]!;
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return g.node("Gather", [x, indices], shape, x.dtype, { axis: { int: axis } });
  },
  UnsortedSegmentSum: ({ g, inputs, attrs }) =>
    segmentSum(g, inputs.x!, inputs.segmentIds!, attrs.numSegments as number),
  OneHot: ({ g, inputs, attrs }) => {
    const indices = inputs.indices!;
    const depth = attrs.depth as number;
    const dtype = ((attrs.dtype as string) ?? "int32") as DType;
    const places = g.constant(
      Int32Array.from({ length: depth }, (_, i) => i),
      [depth],
      "int32",
    );
    const hit = binary(g, "Equal", reshape(g, indices, [...indices.shape, 1]), places, "bool");
    return where(g, hit, g.scalar(attrs.onValue as number, dtype), g.scalar(attrs.offValue as number, dtype));
  },
  Range: ({ g, attrs }) => {
    const [start, stop, step] = [attrs.start, attrs.stop, attrs.step] as [number, number, number];
    const length = Math.max(0, Math.ceil((stop - start) / step));
    const values = Float32Array.from({ length }, (_, i) => start + i * step);
    return g.constant(values, [length], ((attrs.dtype as string) ?? "float32") as DType);
  },
};

/** out[ids[i], ...] += x[i, ...]; the sums of equal ids are taken one after the other. */
function segmentSum(g: Graph, x: Node, ids: Node, segments: number): Node {
  const rows = sizeOf(ids.shape);
  const inner = x.shape.slice(ids.shape.length);
  const width = sizeOf(inner);
  const updates = reshape(g, x, [rows, width]);
  const indices = expand(g, reshape(g, ids, [rows, 1]), [rows, width]);
  const zeros = expand(g, g.scalar(0, x.dtype), [segments, width]);
  const sums = g.node("ScatterElements", [zeros, indices, updates], [segments, width], x.dtype, {
    axis: { int: 0 },
    reduction: { text: "add" },
  });
  return reshape(g, sums, [segments, ...inner]);
}

function stridedSlice(g: Graph, x: Node, attrs: Call["attrs"]): Node {
  const info = tf.slice_util.sliceInfo(
    [...x.shape],
    attrs.begin as number[],
    attrs.end as number[],
    attrs.strides as number[],
    attrs.beginMask as number,
    attrs.endMask as number,
    attrs.ellipsisMask as number,
    attrs.newAxisMask as number,
    attrs.shrinkAxisMask as number,
  );
  if (info.isIdentity) return reshape(g, x, info.finalShape);
  const shape = tf.slice_util.computeOutShape(info.begin, info.end, info.strides);
  const lists = [info.begin, info.end, info.begin.map((_, axis) => axis), info.strides].map((list) => g.integers(list));
  return reshape(g, g.node("Slice", [x, ...lists], shape, x.dtype), info.finalShape);
}
