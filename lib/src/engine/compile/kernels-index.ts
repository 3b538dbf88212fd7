/** Kernels that pick or place values by integer indices. */
import type { DType, Graph, Node } from "./graph.js";
import { binary, cast, expand, reshape, sizeOf, where } from "./ops.js";
import { axesOf, type Call, type Recorders } from "./recorder.js";

export const INDEXED: Recorders = {
  GatherV2: gather,
  GatherNd: ({ g, inputs }) => {
    const { params, indices } = inputs as Record<"params" | "indices", Node>;
    const depth = indices.shape.at(-1)!;
    const shape = [...indices.shape.slice(0, -1), ...params.shape.slice(depth)];
    return g.node("GatherND", [params, cast(g, indices, "int64")], shape, params.dtype);
  },
  ScatterNd: ({ g, inputs, attrs }) => {
    const { indices, updates } = inputs as Record<"indices" | "updates", Node>;
    const zeros = expand(g, g.scalar(0, updates.dtype), attrs.shape as number[]);
    return place(g, zeros, indices, updates, "add");
  },
  TensorScatterUpdate: ({ g, inputs }) => {
    const { tensor, indices, updates } = inputs as Record<"tensor" | "indices" | "updates", Node>;
    return place(g, tensor, indices, updates, "none");
  },
  UnsortedSegmentSum: ({ g, inputs, attrs }) =>
    segmentSum(g, inputs.x!, inputs.segmentIds!, attrs.numSegments as number),
  OneHot: ({ g, inputs, attrs }) => {
    const indices = inputs.indices!;
    const dtype = ((attrs.dtype as string) ?? "int32") as DType;
    const hit = binary(
      g,
      "Equal",
      reshape(g, indices, [...indices.shape, 1]),
      counting(g, attrs.depth as number),
      "bool",
    );
    if (dtype === "bool" && attrs.onValue === 1 && attrs.offValue === 0) return hit;
    return where(g, hit, g.scalar(attrs.onValue as number, dtype), g.scalar(attrs.offValue as number, dtype));
  },
  TopK: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    const k = attrs.k as number;
    const shape = [...x.shape.slice(0, -1), k];
    const sorted = { int: Number(attrs.sorted !== false) };
    // Equal values: the one that comes first, in ONNX Runtime as in tfjs. A node has one value: here it is the places.
    const places = g.node("TopK", [x, g.integers([k])], shape, "int64", { sorted });
    const values = g.node("GatherElements", [x, places], shape, x.dtype, { axis: { int: x.shape.length - 1 } });
    return [values, g.node("Cast", [places], shape, "int32")];
  },
  ArgMax: argument("ArgMax"),
  ArgMin: argument("ArgMin"),
};

/** 0, 1, 2, ... as int32. */
function counting(g: Graph, length: number): Node {
  const places = Int32Array.from({ length }, (_, i) => i);
  return g.constant(places, [length], "int32");
}

function argument(op: string) {
  return ({ g, inputs, attrs }: Call): Node => {
    const x = inputs.x!.dtype === "bool" ? cast(g, inputs.x!, "int32") : inputs.x!;
    const axis = axesOf(x, attrs.axis)[0]!;
    const shape = x.shape.filter((_, i) => i !== axis);
    const found = g.node(op, [x], shape, "int64", { axis: { int: axis }, keepdims: { int: 0 } });
    return g.node("Cast", [found], shape, "int32");
  };
}

/**
 * Entries of x along an axis. With `batchDims` leading axes in common, each batch has indices of its own: the batches are
 * laid one after the other, and each batch's indices count from where it starts.
 */
function gather({ g, inputs, attrs }: Call): Node {
  const { x, indices } = inputs as Record<"x" | "indices", Node>;
  const axis = axesOf(x, attrs.axis)[0]!;
  const batchDims = (attrs.batchDims as number | undefined) ?? 0;
  const shape = [...x.shape.slice(0, axis), ...indices.shape.slice(batchDims), ...x.shape.slice(axis + 1)];
  if (batchDims === 0) return g.node("Gather", [x, indices], shape, x.dtype, { axis: { int: axis } });
  const batch = sizeOf(x.shape.slice(0, axis));
  const count = sizeOf(indices.shape.slice(batchDims));
  const batches = sizeOf(x.shape.slice(0, batchDims));
  const between = batch / batches;
  const entries = x.shape[axis]!;
  const starts = reshape(g, binary(g, "Mul", counting(g, batch), g.scalar(entries, "int32")), [batches, between, 1]);
  const places = binary(g, "Add", starts, reshape(g, indices, [batches, 1, count]));
  const rest = x.shape.slice(axis + 1);
  const rows = reshape(g, x, [batch * entries, ...rest]);
  const picked = g.node("Gather", [rows, places], [batches, between, count, ...rest], x.dtype, { axis: { int: 0 } });
  return reshape(g, picked, shape);
}

/** Writes updates into x where the last axis of the indices points; "add" sums those that meet. */
function place(g: Graph, x: Node, indices: Node, updates: Node, reduction: "add" | "none"): Node {
  return g.node("ScatterND", [x, cast(g, indices, "int64"), updates], x.shape, x.dtype, {
    reduction: { text: reduction },
  });
}

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
