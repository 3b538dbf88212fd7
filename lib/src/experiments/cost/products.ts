/** Multiply-accumulates of a recorded program (engine/compile): its products of matrices, which are all but its whole work. */
import { inOrder, type Node } from "../../engine/compile/graph.js";
import type { Program } from "../../engine/compile/trace.js";

/**
 * Multiplications of the program's products that depend on the input `path`: what every new value of it costs. What depends on
 * parameters alone is computed once, and not counted. One multiplication with its addition is one, as the field's papers count
 * "FLOPs". Elementwise work, norms and softmax are not counted.
 *
 * @throws Error for a convolution, whose count is not known here
 */
export function multiplyAccumulates({ inputs, outputs }: Program, path: string): number {
  const varying = new Set<Node>([...inputs].flatMap(([name, node]) => (name === path ? [node] : [])));
  if (varying.size === 0) throw new Error(`the program has no input "${path}"`);
  let total = 0;
  for (const node of inOrder([...outputs.values()])) {
    if (!node.inputs.some((input) => varying.has(input))) continue;
    varying.add(node);
    total += productOf(node);
  }
  return total;
}

function productOf(node: Node): number {
  const size = node.shape.reduce((product, length) => product * length, 1);
  switch (node.op) {
    case "MatMul":
    case "FusedMatMul":
    case "Gemm":
      return size * node.inputs[0]!.shape.at(isTurned(node) ? -2 : -1)!;
    case "Einsum":
      return lettersOf(node);
    case "Conv":
    case "ConvTranspose":
      throw new Error(`cannot count the multiplications of ${node.op}`);
    default:
      return 0;
  }
}

/** Whether the product's left factor is transposed. */
function isTurned({ attributes }: Node): boolean {
  const { transA } = attributes;
  return transA !== undefined && "int" in transA && transA.int === 1;
}

/** The product of the sizes of all letters of an Einsum. */
function lettersOf({ attributes, inputs }: Node): number {
  const { equation } = attributes;
  const terms = equation && "text" in equation ? equation.text.split("->")[0]!.split(",") : [];
  const sizes = new Map(
    terms.flatMap((term, at) => [...term].map((letter, axis) => [letter, inputs[at]!.shape[axis]!] as const)),
  );
  return [...sizes.values()].reduce((product, length) => product * length, 1);
}
