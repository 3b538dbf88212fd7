/** Changing a recorded program node by node. */
import { type Graph, inOrder, type Node } from "./graph.js";

/**
 * Rebuilds the nodes that `outputs` need, each after its inputs: `change` sees a node whose inputs are already rebuilt and
 * returns what stands in its place, or undefined to keep it.
 */
export function rewrite(
  g: Graph,
  outputs: ReadonlyMap<string, Node>,
  change: (node: Node) => Node | undefined,
): Map<string, Node> {
  const rebuilt = new Map<Node, Node>();
  for (const node of inOrder([...outputs.values()])) {
    const inputs = node.inputs.map((input) => rebuilt.get(input)!);
    const same = inputs.every((input, i) => input === node.inputs[i]);
    const { op, shape, dtype, attributes, domain } = node;
    const kept = same ? node : g.node(op, inputs, shape, dtype, attributes, domain);
    rebuilt.set(node, change(kept) ?? kept);
  }
  return new Map([...outputs].map(([path, node]) => [path, rebuilt.get(node)!]));
}
