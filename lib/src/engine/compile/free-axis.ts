/**
 * Recorded shapes are numbers. A program recorded twice, for two sizes of one axis of an input, shows which of its numbers
 * are multiples of that size; here they are computed from the input's own shape, so that one file serves any size.
 */
import { type Graph, inOrder, type Node } from "./graph.js";
import { rewrite } from "./rewrite.js";
import type { Program } from "./trace.js";

export interface FreeAxis {
  /** Path of the input. */
  readonly input: string;
  readonly axis: number;
  /** What the size is called in a file: `"batch"`. */
  readonly name: string;
}

/** Sizes to record at: primes, so that no other size equals one and their multiples are told apart. */
export const FREE_SIZES = [997, 1009] as const;

/** A number of both recordings: itself, or how often it holds the free size. */
type Size = { readonly fixed: number } | { readonly times: number };

/**
 * The program for any size of the axis, from its recordings at two. Throws an error where they do not differ in multiples of
 * the size alone: then the program itself depends on the size.
 */
export function freeAxis(program: Program, twin: Program, axis: FreeAxis): Map<string, Node> {
  const sizes = sizesOf(program, twin, axis);
  const { graph } = program;
  const size = graph.node("Shape", [program.inputs.get(axis.input)!], [1], "int64", {
    start: { int: axis.axis },
    end: { int: axis.axis + 1 },
  });
  const lists = freeLists(program, twin, sizes);
  return rewrite(graph, program.outputs, (node) => {
    if (!node.inputs.some((input) => lists.has(input))) return undefined;
    const inputs = node.inputs.map((input) => {
      const list = lists.get(input);
      if (!list) return input;
      return node.op === "Reshape" ? reshapeList(graph, size, list) : listNode(graph, size, list);
    });
    return graph.node(node.op, inputs, node.shape, node.dtype, node.attributes, node.domain);
  });
}

/** The shape of an output as a file declares it: the free size by its name. */
export function freeShape(program: Program, twin: Program, axis: FreeAxis, path: string): (number | string)[] {
  const sizes = sizesOf(program, twin, axis);
  const other = twin.outputs.get(path)!.shape;
  return program.outputs.get(path)!.shape.map((size, at) => {
    const read = sizes(size, other[at]!);
    return "fixed" in read ? read.fixed : read.times === 1 ? axis.name : `${read.times}*${axis.name}`;
  });
}

type ReadSize = (mine: number, theirs: number) => Size;

function sizesOf(program: Program, twin: Program, { input, axis, name }: FreeAxis): ReadSize {
  const [mine, theirs] = [program, twin].map(({ inputs }) => inputs.get(input)!.shape[axis]!) as [number, number];
  return (a, b) => {
    if (a === b) return { fixed: a };
    const times = a / mine;
    if (Number.isInteger(times) && b === times * theirs) return { times };
    throw new Error(`the program depends on the size of "${name}": ${a} at ${mine}, ${b} at ${theirs}`);
  };
}

/** Integer constants that hold the free size, with their values; checks that all else is the same. */
function freeLists(program: Program, twin: Program, sizes: ReadSize): Map<Node, Size[]> {
  const mine = inOrder([...program.outputs.values()]);
  const theirs = inOrder([...twin.outputs.values()]);
  const place = new Map(theirs.map((node, at) => [node, at]));
  const lists = new Map<Node, Size[]>();
  const seen = new Map<Node, number>();
  for (const [at, node] of mine.entries()) {
    seen.set(node, at);
    const other = theirs[at];
    const same =
      other?.op === node.op &&
      JSON.stringify(other.attributes) === JSON.stringify(node.attributes) &&
      node.inputs.length === other.inputs.length &&
      node.inputs.every((input, i) => seen.get(input) === place.get(other.inputs[i]!));
    if (!same) throw new Error(`the program has other operators at another size of its free axis (${node.op})`);
    if (node.op !== "Constant") continue;
    const [a, b] = [node.values ?? [], other.values ?? []];
    const list = Array.from(a, (value, i) => (node.dtype === "int64" ? sizes(value, b[i]!) : { fixed: value }));
    if (list.some((size) => "times" in size)) lists.set(node, list);
    else if (a.length !== b.length || a.some((value, i) => !Object.is(value, b[i]))) {
      throw new Error("the program has other constants at another size of its free axis");
    }
  }
  return lists;
}

/** A reshape finds one size by itself. */
function reshapeList(g: Graph, size: Node, list: readonly Size[]): Node {
  if (list.filter((entry) => "times" in entry).length > 1) return listNode(g, size, list);
  return g.integers(list.map((entry) => ("fixed" in entry ? entry.fixed : -1)));
}

function listNode(g: Graph, size: Node, list: readonly Size[]): Node {
  const parts = list.map((entry) => {
    if ("fixed" in entry) return g.integers([entry.fixed]);
    return entry.times === 1 ? size : g.node("Mul", [size, g.integers([entry.times])], [1], "int64");
  });
  return parts.length === 1 ? parts[0]! : g.node("Concat", parts, [list.length], "int64", { axis: { int: 0 } });
}
