/** Which state may be written over while the program still runs. */
import { inOrder, type Node } from "./graph.js";

/** Operators that compute each value from the values at the same place alone. */
const ELEMENTWISE: ReadonlySet<string> = new Set(
  [
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Pow",
    "Sqrt",
    "Reciprocal",
    "Neg",
    "Abs",
    "Exp",
    "Log",
    "Max",
    "Min",
    "Identity",
  ].concat(["Sign", "Where", "Clip"]),
);

/**
 * The paths of `state` whose input may share its memory with the output of the same path: everything that reads the input
 * is elementwise, of its shape, and comes before the output's last step, which reads none of it. So it is with moments of
 * AdamW, and not with parameters, which the gradients of other parameters read.
 */
export function overwritable(
  outputs: ReadonlyMap<string, Node>,
  inputs: ReadonlyMap<string, Node>,
  state: Iterable<string>,
): Set<string> {
  const readers = new Map<Node, Node[]>();
  for (const node of inOrder([...outputs.values()])) {
    for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  }
  const results = new Set(outputs.values());
  const safe = [...state].filter((path) => {
    const [input, output] = [inputs.get(path), outputs.get(path)];
    if (!input || !output || output.inputs.includes(input) || results.has(input)) return false;
    return onlyTowards(input, output, readers);
  });
  return new Set(safe);
}

/** Whether whatever is computed from `input` is elementwise, of its shape, and used for `output` alone. */
function onlyTowards(input: Node, output: Node, readers: ReadonlyMap<Node, readonly Node[]>): boolean {
  const towards = new Set(inOrder([output]));
  const open = [input];
  const seen = new Set(open);
  for (let node = open.pop(); node; node = open.pop()) {
    for (const reader of readers.get(node) ?? []) {
      if (!towards.has(reader) || !ELEMENTWISE.has(reader.op) || reader.shape.join() !== input.shape.join())
        return false;
      if (reader === output || seen.has(reader)) continue;
      seen.add(reader);
      open.push(reader);
    }
  }
  return seen.size > 1 || (readers.get(input) ?? []).length > 0;
}
