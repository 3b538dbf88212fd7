/** Changing a recorded program node by node. */
import { type Graph, inOrder, type Node } from "./graph.js";

/** What stands in the place of a node that was passed already. */
export type Rebuilt = (original: Node) => Node;

/**
 * Rebuilds the nodes that `outputs` need, each after its inputs: `change` sees a node whose inputs are already rebuilt, the
 * node as it was, and what became of the nodes before it; it returns what stands in its place, or undefined to keep it.
 */
export function rewrite(
  g: Graph,
  outputs: ReadonlyMap<string, Node>,
  change: (node: Node, original: Node, rebuilt: Rebuilt) => Node | undefined,
): Map<string, Node> {
  const after = new Map<Node, Node>();
  const rebuilt: Rebuilt = (original) => after.get(original)!;
  for (const node of inOrder([...outputs.values()])) {
    const inputs = node.inputs.map(rebuilt);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const { op, shape, dtype, attributes, domain } = node;
    const kept = same ? node : g.node(op, inputs, shape, dtype, attributes, domain);
    after.set(node, change(kept, node, rebuilt) ?? kept);
  }
  return new Map([...outputs].map(([path, node]) => [path, rebuilt(node)]));
}
