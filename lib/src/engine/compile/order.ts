/**
 * In what order a program's results are asked for. ONNX Runtime runs a program backwards from its ends (nodes whose value
 * nothing else reads), each with all that it needs, and begins with the end that stands last in the file. Ends that need
 * little work therefore go last: the loss first of all, then the update of the last block's parameters, whose gradient is
 * there long before that of the first block. So a gradient is used up when it is made, and what it was made of is let go.
 */
import { inOrder, type Node } from "./graph.js";

/** Operators on the longest way from any input to each of the outputs decide: most first. */
export function deepestFirst(outputs: readonly Node[]): Node[] {
  const depth = new Map<Node, number>();
  for (const node of inOrder(outputs)) {
    depth.set(node, 1 + node.inputs.reduce((most, input) => Math.max(most, depth.get(input)!), 0));
  }
  return [...outputs].sort((a, b) => depth.get(b)! - depth.get(a)!);
}
