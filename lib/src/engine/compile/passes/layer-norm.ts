/** LayerNormalization in the place of the operators that it is written in (nn/norm.ts). */
import type { Attributes, Graph, Node } from "../graph.js";
import { inOrder, scalarValue } from "../graph.js";
import { rewrite } from "../rewrite.js";
import { eitherOrder, reducedAxes } from "./match.js";

/** (x - mean) / sqrt(variance + eps) over the last axis, at the node `result`. */
interface Standardized {
  readonly result: Node;
  readonly x: Node;
  readonly mean: Node;
  readonly inverse: Node;
  readonly eps: number;
}

/** A LayerNorm's result: standardized * gain + shift, or without both where a program was recorded with gain 1, shift 0. */
interface Norm extends Standardized {
  readonly affine: readonly Node[];
}

/**
 * Every LayerNorm becomes one operator. What a gradient reads of the steps between, mean and inverse standard deviation,
 * become the operator's second and third outputs.
 */
export function layerNorm(g: Graph, outputs: ReadonlyMap<string, Node>): Map<string, Node> {
  const norms = normsIn(inOrder([...outputs.values()]));
  /** Whose further output a node is. */
  const sources = new Map<Node, { readonly norm: Norm; readonly output: number }>();
  for (const norm of norms.values()) {
    // Else the mean would be computed after a gain that may itself be computed from the mean.
    if (!norm.affine.every(isGiven) || sources.has(norm.mean)) continue;
    sources.set(norm.mean, { norm, output: 1 }).set(norm.inverse, { norm, output: 2 });
  }
  return rewrite(g, outputs, (_kept, original, rebuilt) => {
    const norm = norms.get(original);
    if (norm) return operator(g, norm, rebuilt(norm.x), norm.affine.map(rebuilt));
    const source = sources.get(original);
    if (!source) return undefined;
    const { x, affine } = source.norm;
    return g.part(operator(g, source.norm, rebuilt(x), affine), source.output, original.shape);
  });
}

/** Whether a node is an input, a constant or a part of one, so that no pass makes another of it. */
function isGiven({ op, inputs: [first] }: Node): boolean {
  return first === undefined || ((op === "Slice" || op === "Reshape") && isGiven(first));
}

function operator(g: Graph, { eps }: Norm, x: Node, affine: readonly Node[]): Node {
  const width = x.shape.at(-1)!;
  const ones = (): Node => g.constant(new Float32Array(width).fill(1), [width], "float32");
  const attributes: Attributes = { axis: { int: -1 }, epsilon: { float: eps } };
  const operands = affine.length > 0 ? affine : [ones()];
  return g.node("LayerNormalization", [x, ...operands], x.shape, x.dtype, attributes);
}

/** LayerNorms by their results: first those with gain and shift; what is standardized for another purpose is one without. */
function normsIn(nodes: readonly Node[]): Map<Node, Norm> {
  const norms = new Map<Node, Norm>();
  const taken = new Set<Node>();
  for (const node of nodes) {
    const norm = affineOf(node);
    if (!norm) continue;
    norms.set(node, norm);
    taken.add(norm.result);
  }
  for (const node of nodes) {
    const standardized = taken.has(node) ? undefined : standardizedOf(node);
    if (standardized) norms.set(node, { ...standardized, affine: [] });
  }
  return norms;
}

/** standardized * gain + shift, gain and shift one number a place of the last axis. */
function affineOf(node: Node): Norm | undefined {
  if (node.op !== "Add") return undefined;
  const added = eitherOrder(node, (product) => {
    return product.op === "Mul" ? eitherOrder(product, standardizedOf) : undefined;
  });
  if (!added) return undefined;
  const [[standardized, gain], shift] = added;
  const width = standardized.x.shape.at(-1);
  const affine = [gain, shift];
  const fit = affine.every(({ shape }) => shape.length === 1 && shape[0] === width);
  return fit ? { ...standardized, affine } : undefined;
}

function standardizedOf(node: Node): Standardized | undefined {
  if (node.op !== "Mul" || node.dtype !== "float32") return undefined;
  const found = eitherOrder(node, (operand) => (operand.op === "Sub" ? operand : undefined));
  if (!found) return undefined;
  const [centred, inverse] = found;
  const [x, mean] = centred.inputs as [Node, Node];
  const eps = isMean(mean, x) ? epsilonOf(inverse, centred) : undefined;
  return eps === undefined ? undefined : { result: node, x, mean, inverse, eps };
}

/** The epsilon of 1 / sqrt(mean(centred^2) + eps). */
function epsilonOf(inverse: Node, centred: Node): number | undefined {
  const root = inverse.op === "Reciprocal" ? inverse.inputs[0] : undefined;
  const sum = root?.op === "Sqrt" ? root.inputs[0] : undefined;
  const added = sum?.op === "Add" ? eitherOrder(sum, scalarValue) : undefined;
  if (!added) return undefined;
  const [eps, variance] = added;
  const square = variance.inputs[0];
  if (square?.op !== "Mul" || square.inputs.some((input) => input !== centred)) return undefined;
  return isMean(variance, square) ? eps : undefined;
}

/** Whether a node is the mean of another over its last axis, which it keeps. */
function isMean(node: Node, of: Node): boolean {
  if (node.op !== "ReduceMean" || node.inputs[0] !== of) return false;
  const axes = reducedAxes(node);
  return axes.length === 1 && axes[0] === of.shape.length - 1;
}
