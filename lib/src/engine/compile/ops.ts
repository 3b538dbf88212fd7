/**
 * How nodes are made. Each function returns the simplest node with the same value: a reshape to the same shape is its
 * input, two transposes are one, a factor 1 vanishes, and a broadcast is put off until an operator needs it.
 */
import { tf } from "../../nn/array.js";
import type { DType, Graph, Node } from "./graph.js";
import { scalarValue } from "./graph.js";

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((size, axis) => size === b[axis]);

const broadcastShape = (a: readonly number[], b: readonly number[]): number[] =>
  tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);

/** x repeated over the axes where it has size 1, or which it lacks, to reach `shape`. */
export function expand(g: Graph, x: Node, shape: readonly number[]): Node {
  if (sameShape(x.shape, shape)) return x;
  const source = x.op === "Expand" ? x.inputs[0]! : x;
  if (sizeOf(shape) === sizeOf(source.shape)) return reshape(g, source, shape);
  return g.node("Expand", [source, g.integers(shape)], shape, x.dtype);
}

/** What an elementwise operator may read instead of a broadcast node. */
const unexpanded = (x: Node): Node => (x.op === "Expand" ? x.inputs[0]! : x);

export function cast(g: Graph, x: Node, dtype: DType): Node {
  return x.dtype === dtype ? x : unary(g, "Cast", x, dtype);
}

/** An elementwise operator of one operand; of a broadcast, the broadcast of the operator. */
export function unary(g: Graph, op: string, x: Node, dtype: DType = x.dtype): Node {
  const inner = unexpanded(x);
  return expand(g, g.node(op, [inner], inner.shape, dtype), x.shape);
}

/** Operators for which a right operand of this value changes nothing, and whether a left one does so too. */
const NEUTRAL: Readonly<Record<string, { readonly value: number; readonly bothSides: boolean }>> = {
  Add: { value: 0, bothSides: true },
  Sub: { value: 0, bothSides: false },
  Mul: { value: 1, bothSides: true },
  Div: { value: 1, bothSides: false },
  Pow: { value: 1, bothSides: false },
};

/** An elementwise operator of two operands, broadcast as NumPy does. */
export function binary(g: Graph, op: string, a: Node, b: Node, dtype: DType = a.dtype): Node {
  const shape = broadcastShape(a.shape, b.shape);
  const [left, right] = [unexpanded(a), unexpanded(b)];
  const neutral = NEUTRAL[op];
  if (neutral && scalarValue(right) === neutral.value) return expand(g, left, shape);
  if (neutral?.bothSides && scalarValue(left) === neutral.value) return expand(g, right, shape);
  const biased = op === "Add" ? (withBias(g, left, right) ?? withBias(g, right, left)) : undefined;
  const node = biased ?? g.node(op, [left, right], broadcastShape(left.shape, right.shape), dtype);
  return expand(g, node, shape);
}

/** A product of matrices plus a row vector is one operator; undefined where `product` is not such a product. */
function withBias(g: Graph, product: Node, bias: Node): Node | undefined {
  const gemm = product.op === "Reshape" ? product.inputs[0]! : product;
  const width = gemm.shape.at(-1);
  if (gemm.op !== "Gemm" || gemm.inputs.length !== 2) return undefined;
  if (bias.shape.length !== 1 || bias.shape[0] !== width || product.shape.at(-1) !== width) return undefined;
  const fused = g.node("Gemm", [...gemm.inputs, bias], gemm.shape, gemm.dtype, gemm.attributes);
  return reshape(g, fused, product.shape);
}

export function where(g: Graph, condition: Node, yes: Node, no: Node): Node {
  const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape));
  const parts = [condition, yes, no].map(unexpanded);
  const inner = parts.map((part) => part.shape).reduce<readonly number[]>(broadcastShape, []);
  return expand(g, g.node("Where", parts, inner, yes.dtype), shape);
}

export function reshape(g: Graph, x: Node, shape: readonly number[]): Node {
  const source = x.op === "Reshape" ? x.inputs[0]! : x;
  if (sameShape(source.shape, shape)) return source;
  if (source.op === "Expand" && sizeOf(source.inputs[0]!.shape) === 1) {
    return expand(g, reshape(g, source.inputs[0]!, []), shape);
  }
  return g.node("Reshape", [source, g.integers(shape)], shape, x.dtype);
}

export function transpose(g: Graph, x: Node, perm: readonly number[]): Node {
  const shape = perm.map((axis) => x.shape[axis]!);
  const moved = perm.filter((axis) => x.shape[axis] !== 1);
  if (moved.every((axis, i) => i === 0 || axis > moved[i - 1]!)) return reshape(g, x, shape);
  if (x.op === "Transpose") {
    const before = permutationOf(x);
    return transpose(
      g,
      x.inputs[0]!,
      perm.map((axis) => before[axis]!),
    );
  }
  if (x.op === "Expand" && sizeOf(x.inputs[0]!.shape) === 1) return expand(g, reshape(g, x.inputs[0]!, []), shape);
  return g.node("Transpose", [x], shape, x.dtype, { perm: { ints: perm } });
}

function permutationOf(node: Node): readonly number[] {
  const { perm } = node.attributes;
  return perm && "ints" in perm ? perm.ints : [];
}

/** The operand of a transpose of the last two axes alone. */
function untransposed(x: Node): Node | undefined {
  if (x.op !== "Transpose") return undefined;
  const perm = permutationOf(x);
  const rank = perm.length;
  const swapsLast = perm.every((axis, i) => axis === (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return swapsLast ? x.inputs[0]! : undefined;
}

/** a b over the last two axes, with either transposed first; leading axes are a batch, equal or 1 in one of them. */
export function matMul(g: Graph, a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  const [rows, inner] = lastTwo(a, transposeA);
  const [, columns] = lastTwo(b, transposeB);
  const batch = broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const shape = [...batch, rows, columns];
  const [batchA, batchB] = [sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2))];
  if (batchB === 1 && (batchA === 1 || !transposeA)) {
    const left = reshape(g, a, transposeA ? [inner, rows] : [batchA * rows, inner]);
    const right = reshape(g, b, b.shape.slice(-2));
    return reshape(g, gemm(g, left, right, transposeA, transposeB), shape);
  }
  const [left, leftTurned] = turned(a, transposeA);
  const [right, rightTurned] = turned(b, transposeB);
  if (!leftTurned && !rightTurned) return g.node("MatMul", [left, right], shape, "float32");
  const attributes = { transA: { int: Number(leftTurned) }, transB: { int: Number(rightTurned) } };
  return g.node("FusedMatMul", [left, right], shape, "float32", attributes, "com.microsoft");
}

function gemm(g: Graph, a: Node, b: Node, transposeA: boolean, transposeB: boolean): Node {
  const [left, transA] = turned(a, transposeA);
  const [right, transB] = turned(b, transposeB);
  const shape = [lastTwo(left, transA)[0], lastTwo(right, transB)[1]];
  const attributes = { transA: { int: Number(transA) }, transB: { int: Number(transB) } };
  return g.node("Gemm", [left, right], shape, "float32", attributes);
}

/** A transposed operand is read from before the transpose. */
function turned(x: Node, transposed: boolean): [Node, boolean] {
  const before = untransposed(x);
  return before ? [before, !transposed] : [x, transposed];
}

function lastTwo(x: Node, transposed: boolean): [number, number] {
  const [first, second] = x.shape.slice(-2) as [number, number];
  return transposed ? [second, first] : [first, second];
}

/** Slices along every axis: `size[i]` values from `begin[i]` on. */
export function slice(g: Graph, x: Node, begin: readonly number[], size: readonly number[]): Node {
  const axes = x.shape.map((_, axis) => axis).filter((axis) => begin[axis] !== 0 || size[axis] !== x.shape[axis]);
  if (axes.length === 0) return x;
  const starts = g.integers(axes.map((axis) => begin[axis]!));
  const ends = g.integers(axes.map((axis) => begin[axis]! + size[axis]!));
  return g.node("Slice", [x, starts, ends, g.integers(axes)], size, x.dtype);
}

export function concat(g: Graph, parts: readonly Node[], axis: number): Node {
  const first = parts[0]!;
  if (parts.length === 1) return first;
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  const shape = first.shape.map((size, i) => (i === axis ? total : size));
  return g.node("Concat", parts, shape, first.dtype, { axis: { int: axis } });
}

/** ReduceSum, ReduceMean, ReduceMax, ReduceMin or ReduceProd over `axes`. */
export function reduce(g: Graph, op: string, x: Node, axes: readonly number[], keepDims: boolean): Node {
  const kept = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !axes.includes(axis));
  if (axes.every((axis) => x.shape[axis] === 1)) return reshape(g, x, shape);
  const keepdims = { int: 1 };
  const node =
    op === "ReduceSum"
      ? g.node(op, [x, g.integers(axes)], kept, x.dtype, { keepdims })
      : g.node(op, [x], kept, x.dtype, { keepdims, axes: { ints: axes } });
  return reshape(g, node, shape);
}
