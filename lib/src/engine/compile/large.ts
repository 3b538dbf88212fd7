/**
 * Large constants (weights) are not written into the model: the thread of the sessions keeps each once, whatever number of
 * programs uses it, and feeds it. ONNX Runtime would copy them twice or more while it loads a model.
 */
import { type Graph, inOrder, LARGE, type Node } from "./graph.js";

/** Where the values of the main program's extra inputs come from. */
export interface Split {
  /** The program with inputs in the place of everything that is kept. */
  readonly outputs: ReadonlyMap<string, Node>;
  /** Large constants that the program needs, by the extra input's path. */
  readonly constants: ReadonlyMap<string, Node>;
  /** What depends on large constants alone, by the extra input's path: to be computed once. Null where nothing does. */
  readonly folded: Omit<Split, "folded"> | null;
}

const isLarge = (node: Node): boolean =>
  node.op === "Constant" && node.dtype !== "int64" && node.shape.reduce((product, size) => product * size, 1) > LARGE;

/** Paths of extra inputs; no path of a tree starts so. */
const extra = (node: Node): string => `#${node.id}`;

export function splitLarge(g: Graph, outputs: ReadonlyMap<string, Node>): Split {
  const frontier = foldable([...outputs.values()]);
  const main = withInputs(g, outputs, (node) => frontier.has(node) || isLarge(node));
  const constants = new Map([...main.replaced].filter(([, node]) => !frontier.has(node)));
  const computed = new Map([...main.replaced].filter(([, node]) => frontier.has(node)));
  if (computed.size === 0) return { outputs: main.outputs, constants, folded: null };
  const before = withInputs(g, computed, isLarge);
  return { outputs: main.outputs, constants, folded: { outputs: before.outputs, constants: before.replaced } };
}

/** Operators that depend on large constants and no inputs, and whose values something else needs. */
function foldable(outputs: readonly Node[]): Set<Node> {
  const fixed = new Set<Node>(); // depends on no input
  const large = new Set<Node>(); // of those, what depends on a large constant
  const frontier = new Set<Node>();
  for (const node of inOrder(outputs)) {
    const settled = node.inputs.length > 0 && node.inputs.every((input) => fixed.has(input));
    if (node.op === "Constant" || (settled && node.dtype !== "int64")) fixed.add(node);
    if (isLarge(node) || (fixed.has(node) && node.inputs.some((input) => large.has(input)))) large.add(node);
    if (fixed.has(node)) continue;
    for (const input of node.inputs) if (large.has(input) && input.op !== "Constant") frontier.add(input);
  }
  for (const node of outputs) if (large.has(node) && node.op !== "Constant") frontier.add(node);
  return frontier;
}

/** The program with an input in the place of every node that is `taken`, and what was replaced, by the input's path. */
function withInputs(
  g: Graph,
  outputs: ReadonlyMap<string, Node>,
  taken: (node: Node) => boolean,
): { outputs: Map<string, Node>; replaced: Map<string, Node> } {
  const rebuilt = new Map<Node, Node>();
  const replaced = new Map<string, Node>();
  for (const node of inOrder([...outputs.values()], taken)) {
    if (taken(node)) {
      replaced.set(extra(node), node);
      rebuilt.set(node, g.input(extra(node), node.shape, node.dtype));
      continue;
    }
    const inputs = node.inputs.map((input) => rebuilt.get(input)!);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const { op, shape, dtype, attributes, domain } = node;
    rebuilt.set(node, same ? node : g.node(op, inputs, shape, dtype, attributes, domain));
  }
  return { outputs: new Map([...outputs].map(([path, node]) => [path, rebuilt.get(node)!])), replaced };
}
