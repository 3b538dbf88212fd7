/** Operators that a GPU has, and has right, in place of those that it has not. */
import type { Device } from "../../session/device.js";
import type { Graph, Node } from "../graph.js";
import { binary, cast, concat, slice, unary, where } from "../ops.js";
import { rewrite } from "../rewrite.js";
import type { Program } from "../trace.js";
import { plainProduct } from "./portable.js";

/**
 * The program for the device. ONNX Runtime's WebGPU provider (1.30) has no products of transposed batches and no
 * disjunction, no sign, and does not compare or pad booleans, which would go to the CPU and back; its slices with steps
 * backwards and one kind of transposed convolution have wrong values, its arcsine and arccosine four digits. On the other
 * devices nothing changes.
 */
export function forDevice(program: Program, device: Device): Program {
  if (device !== "webgpu") return program;
  const { graph } = program;
  return { ...program, outputs: rewrite(graph, program.outputs, (node) => REPLACED[node.op]?.(graph, node)) };
}

const REPLACED: Readonly<Record<string, (g: Graph, node: Node) => Node | undefined>> = {
  FusedMatMul: plainProduct,
  Or: (g, { inputs }) => {
    const [a, b] = inputs.map((input) => unary(g, "Not", input)) as [Node, Node];
    return unary(g, "Not", binary(g, "And", a, b));
  },
  Equal: (g, { inputs }) => {
    if (inputs[0]!.dtype !== "bool") return undefined;
    const [a, b] = inputs.map((input) => cast(g, input, "int32")) as [Node, Node];
    return binary(g, "Equal", a, b, "bool");
  },
  Pad: (g, { inputs, shape, dtype, attributes }) => {
    if (dtype !== "bool") return undefined;
    const [x, pads, value] = inputs as [Node, Node, Node];
    const padded = g.node("Pad", [asFloat(g, x), pads, asFloat(g, value)], shape, "float32", attributes);
    return binary(g, "Greater", padded, g.scalar(0.5), "bool");
  },
  Sign: (g, { inputs: [x], dtype }) => {
    const [zero, one, minusOne] = [0, 1, -1].map((value) => g.scalar(value, dtype)) as [Node, Node, Node];
    const below = where(g, binary(g, "Less", x!, zero, "bool"), minusOne, zero);
    return where(g, binary(g, "Greater", x!, zero, "bool"), one, below);
  },
  Asin: (g, { inputs }) => arcsine(g, inputs[0]!),
  Acos: (g, { inputs }) => binary(g, "Sub", g.scalar(Math.PI / 2), arcsine(g, inputs[0]!)),
  Slice: backwardsSlice,
  ConvTranspose: groupedConvolution,
};

const asFloat = (g: Graph, x: Node): Node => cast(g, x, "float32");

/** 2 atan(x / (1 + sqrt(1 - x^2))), which never divides by 0. */
function arcsine(g: Graph, x: Node): Node {
  const one = g.scalar(1);
  const square = binary(g, "Mul", binary(g, "Sub", one, x), binary(g, "Add", one, x));
  const half = binary(g, "Div", x, binary(g, "Add", one, unary(g, "Sqrt", square)));
  return binary(g, "Mul", g.scalar(2), unary(g, "Atan", half));
}

/** A slice that goes backwards along some axis, as a choice of places along each axis. */
function backwardsSlice(g: Graph, { inputs }: Node): Node | undefined {
  const [x, ...lists] = inputs as [Node, ...Node[]];
  const [starts, ends, axes, steps] = lists.map(({ values = [] }) => Array.from(values, Number));
  if (!starts || !ends || !axes || !steps?.some((step) => step < 0)) return undefined;
  return axes.reduce((rest, axis, i) => {
    const size = rest.shape[axis]!;
    const step = steps[i]!;
    const [low, high] = step < 0 ? [-1, size - 1] : [0, size];
    const place = (at: number): number => Math.min(high, Math.max(low, at < 0 ? at + size : at));
    const start = place(starts[i]!);
    const count = Math.max(0, Math.ceil((place(ends[i]!) - start) / step));
    const places = Int32Array.from({ length: count }, (_, at) => start + at * step);
    const shape = rest.shape.map((whole, other) => (other === axis ? count : whole));
    return g.node("Gather", [rest, g.constant(places, [count], "int32")], shape, x.dtype, { axis: { int: axis } });
  }, x);
}

/** A transposed convolution whose groups have several channels in and one out, group by group. */
function groupedConvolution(g: Graph, { inputs, shape, dtype, attributes }: Node): Node | undefined {
  const [x, filters, ...rest] = inputs as [Node, Node, ...Node[]];
  const groups = attributes.group && "int" in attributes.group ? attributes.group.int : 1;
  const channels = x.shape[1]! / groups;
  if (groups === 1 || channels === 1 || filters.shape[1] !== 1 || rest.length > 0) return undefined;
  const parts = Array.from({ length: groups }, (_, group) => {
    const from = group * channels;
    const operands = [
      slice(g, x, atAxis(x, 1, from, 0), atAxis(x, 1, channels)),
      slice(g, filters, atAxis(filters, 0, from, 0), atAxis(filters, 0, channels)),
    ];
    const size = shape.map((whole, axis) => (axis === 1 ? 1 : whole));
    return g.node("ConvTranspose", operands, size, dtype, { ...attributes, group: { int: 1 } });
  });
  return concat(g, parts, 1);
}

/** `value` for one axis; for the others `rest`, or their whole size. */
const atAxis = ({ shape }: Node, axis: number, value: number, rest?: number): number[] =>
  shape.map((size, i) => (i === axis ? value : (rest ?? size)));
