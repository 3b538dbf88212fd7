/** Recognising parts of a recorded program. */
import { type Attributes, inOrder, type Node, scalarValue } from "../graph.js";

/** The two inputs in the order in which `first` accepts one of them; undefined where it accepts neither. */
export function eitherOrder<T>(
  { inputs }: Node,
  first: (input: Node) => T | undefined,
): readonly [T, Node] | undefined {
  const [a, b] = inputs as [Node, Node];
  const left = first(a);
  if (left !== undefined) return [left, b];
  const right = first(b);
  return right === undefined ? undefined : [right, a];
}

/** Both operands of a product by a constant number. */
export function scaled(node: Node): { readonly x: Node; readonly factor: number } | undefined {
  if (node.op !== "Mul") return undefined;
  const found = eitherOrder(node, scalarValue);
  return found && { x: found[1], factor: found[0] };
}

/** The axes of a ReduceSum or ReduceMean, which are an input of the one and an attribute of the other. */
export function reducedAxes({ inputs, attributes }: Node): readonly number[] {
  return inputs[1] ? Array.from(inputs[1].values ?? []) : intsOf(attributes, "axes");
}

export function intsOf(attributes: Attributes, name: string): readonly number[] {
  const attribute = attributes[name];
  return attribute && "ints" in attribute ? attribute.ints : [];
}

export function flagOf(attributes: Attributes, name: string): boolean {
  const attribute = attributes[name];
  return attribute !== undefined && "int" in attribute && attribute.int === 1;
}

/** How often each value is used; an output counts as a use. */
export function usesOf(outputs: ReadonlyMap<string, Node>): ReadonlyMap<Node, number> {
  const uses = new Map<Node, number>();
  const use = (node: Node): void => void uses.set(node, (uses.get(node) ?? 0) + 1);
  for (const node of inOrder([...outputs.values()])) node.inputs.forEach(use);
  for (const node of outputs.values()) use(node);
  return uses;
}
