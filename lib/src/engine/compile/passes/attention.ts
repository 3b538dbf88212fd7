/** MultiHeadAttention, which never holds all scores at once, in the place of attention whose weights nobody else reads. */
import type { Graph, Node } from "../graph.js";
import { reshape } from "../ops.js";
import { rewrite } from "../rewrite.js";
import { flagOf, intsOf, scaled, usesOf } from "./match.js";

/** x [B, L, H*d] before it was cut into heads [B, H, L, d]. */
interface Heads {
  readonly x: Node;
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
  readonly size: number;
}

/**
 * softmax(factor q k^T) v head by head, without a mask and as nn/attention.ts cuts heads, becomes com.microsoft's operator.
 * Where the weights are read by something else too, a gradient or a grounding map, it stays as it is.
 */
export function attention(g: Graph, outputs: ReadonlyMap<string, Node>): Map<string, Node> {
  const uses = usesOf(outputs);
  return rewrite(g, outputs, (_kept, original, rebuilt) => {
    if (original.op !== "Reshape") return undefined;
    const [merged] = original.inputs as [Node];
    const mixed = merged.op === "Transpose" && isHeadSwap(merged) ? merged.inputs[0]! : undefined;
    if (mixed?.op !== "MatMul" || uses.get(mixed) !== 1) return undefined;
    const [weights, values] = mixed.inputs as [Node, Node];
    if (weights.op !== "Softmax" || uses.get(weights) !== 1 || !isLastAxis(weights)) return undefined;
    const [scores] = weights.inputs as [Node];
    const product = scores.op === "FusedMatMul" && uses.get(scores) === 1 ? scores : undefined;
    if (!product || flagOf(product.attributes, "transA") || !flagOf(product.attributes, "transB")) return undefined;
    if (Object.keys(product.attributes).some((name) => name !== "transA" && name !== "transB")) return undefined;
    const [left, right] = product.inputs as [Node, Node];
    const { x: asked, factor } = scaled(left) ?? { x: left, factor: 1 };
    const [q, k, v] = [asked, right, values].map(headsOf);
    if (!q || !k || !v || !fit(q, k) || !fit(k, v) || k.length !== v.length) return undefined;
    const width = q.heads * q.size;
    const operands = [q, k, v].map(({ x, length }) => reshape(g, rebuilt(x), [q.batch, length, width]));
    const attributes = { num_heads: { int: q.heads }, scale: { float: factor } };
    const shape = [q.batch, q.length, width];
    const attended = g.node("MultiHeadAttention", operands, shape, "float32", attributes, "com.microsoft");
    return reshape(g, attended, original.shape);
  });
}

const fit = (a: Heads, b: Heads): boolean => a.batch === b.batch && a.heads === b.heads && a.size === b.size;

function isHeadSwap({ attributes }: Node): boolean {
  return intsOf(attributes, "perm").join() === "0,2,1,3";
}

function isLastAxis({ shape, attributes: { axis } }: Node): boolean {
  return axis !== undefined && "int" in axis && axis.int === shape.length - 1;
}

function headsOf(node: Node): Heads | undefined {
  if (node.op !== "Transpose" || !isHeadSwap(node)) return undefined;
  const [cut] = node.inputs as [Node];
  if (cut.op !== "Reshape") return undefined;
  const [batch, length, heads, size] = cut.shape as [number, number, number, number];
  return { x: cut.inputs[0]!, batch, length, heads, size };
}
