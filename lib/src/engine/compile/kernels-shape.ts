/** Kernels that move, repeat or reduce values along axes. */
import { tf } from "../../nn/array.js";
import type { Graph, Node } from "./graph.js";
import { binary, concat, expand, reshape, sizeOf, slice, transpose, where } from "./ops.js";
import { axesOf, type Call, type Recorders } from "./recorder.js";

export const SHAPES: Recorders = {
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
    if (paddings.every(([before, after]) => before === 0 && after === 0)) return x;
    const shape = x.shape.map((size, axis) => size + paddings[axis]![0] + paddings[axis]![1]);
    const pads = g.integers([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)]);
    return g.node("Pad", [x, pads, g.scalar(attrs.constantValue as number, x.dtype)], shape, x.dtype);
  },
  MirrorPad: ({ g, inputs, attrs }) => {
    const beyond = attrs.mode === "reflect" ? 0 : 1;
    return (attrs.paddings as [number, number][]).reduce((x, [before, after], axis) => {
      const size = x.shape[axis]!;
      const places = Array.from({ length: before + size + after }, (_, i) => {
        const at = i - before;
        return at < 0 ? -at - beyond : at >= size ? 2 * (size - 1) - at + beyond : at;
      });
      return places.length === size ? x : entries(g, x, places, axis);
    }, inputs.x!);
  },
  BroadcastTo: ({ g, inputs, attrs }) => expand(g, inputs.x!, attrs.shape as number[]),
  Diag: ({ g, inputs }) => {
    const x = inputs.x!;
    const size = sizeOf(x.shape);
    const places = g.integers(Array.from({ length: size }, (_, i) => i));
    const onDiagonal = binary(g, "Equal", reshape(g, places, [size, 1]), places, "bool");
    const square = where(g, onDiagonal, reshape(g, x, [1, size]), g.scalar(0, x.dtype));
    return reshape(g, square, [...x.shape, ...x.shape]);
  },
  Reverse: ({ g, inputs, attrs }) => reverse(g, inputs.x!, axesOf(inputs.x!, attrs.dims)),
  FlipLeftRight: ({ g, inputs }) => reverse(g, inputs.image!, [2]),
};

function entries(g: Graph, x: Node, places: readonly number[], axis: number): Node {
  const shape = x.shape.map((size, i) => (i === axis ? places.length : size));
  return g.node("Gather", [x, g.integers(places)], shape, x.dtype, { axis: { int: axis } });
}

function reverse(g: Graph, x: Node, axes: readonly number[]): Node {
  if (axes.length === 0) return x;
  const all = (value: number): Node => g.integers(axes.map(() => value));
  const first = all(-1);
  return g.node("Slice", [x, first, all(-(2 ** 31)), g.integers(axes), first], x.shape, x.dtype);
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
