/**
 * The recorded program: ONNX operators as nodes, one an output, each with a shape known at once. Equal nodes are the same
 * object (same operator, attributes and inputs), so a shared subexpression is recorded once, however often it is written.
 */
import { createHash } from "node:crypto";
import type { TypedArray } from "@tensorflow/tfjs-core";

/** Floats of 16 bits: between the operators of a program in mixed precision, never an input, output or constant. */
export type HalfType = "float16" | "bfloat16";

/** int64 appears only in the small constants that ONNX wants for axes and shapes. */
export type DType = "float32" | "int32" | "bool" | "int64" | HalfType;
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly id: number;
  /** ONNX operator, or "Input", "Constant" or "Part". */
  readonly op: string;
  /** "" for ONNX's own operators. */
  readonly domain: string;
  readonly inputs: readonly Node[];
  readonly attributes: Attributes;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** Of an input. */
  readonly name?: string;
  /** Of a constant. */
  readonly values?: Readonly<TypedArray> | readonly number[];
  /** Of a constant made from a tensor that lives elsewhere: the same object for the same values. */
  readonly source?: object;
}

/** The operator of a node that stands for a further output of its input. */
export const PART = "Part";

/** Constants of more values than this are large: kept apart instead of compared, and read only when they are needed. */
export const LARGE = 65_536;

export class Graph {
  private readonly known = new Map<string, Node>();
  private count = 0;

  input(name: string, shape: readonly number[], dtype: DType): Node {
    return this.make({ op: "Input", domain: "", inputs: [], attributes: {}, shape, dtype, name });
  }

  constant(values: Readonly<TypedArray> | readonly number[], shape: readonly number[], dtype: DType): Node {
    const make = () => this.make({ op: "Constant", domain: "", inputs: [], attributes: {}, shape, dtype, values });
    if (values.length > LARGE) return make();
    return this.once(`Constant ${dtype} [${shape}] ${identity(values)}`, make);
  }

  /** A large constant whose values are read when they are first asked for. */
  deferred(read: () => TypedArray, source: object, shape: readonly number[], dtype: DType): Node {
    let values: TypedArray | undefined;
    return {
      ...{ id: this.count++, op: "Constant", domain: "", inputs: [], attributes: {}, shape, dtype, source },
      get values() {
        values ??= read();
        return values;
      },
    };
  }

  scalar(value: number, dtype: DType = "float32"): Node {
    return this.constant([value], [], dtype);
  }

  /** A list of axes, sizes or places, as ONNX wants them. */
  integers(values: readonly number[]): Node {
    return this.constant(values, [values.length], "int64");
  }

  node(
    op: string,
    inputs: readonly Node[],
    shape: readonly number[],
    dtype: DType,
    attributes: Attributes = {},
    domain = "",
  ): Node {
    const key = `${domain}.${op} ${inputs.map((input) => input.id)} ${JSON.stringify(attributes)} ${dtype} [${shape}]`;
    return this.once(key, () => this.make({ op, domain, inputs, attributes, shape, dtype }));
  }

  /** Output number `index` (from 1 on) of an operator with more than the one that its own node stands for. */
  part(of: Node, index: number, shape: readonly number[], dtype: DType = of.dtype): Node {
    return this.node(PART, [of], shape, dtype, { index: { int: index } });
  }

  private make(node: Omit<Node, "id">): Node {
    return { ...node, id: this.count++ };
  }

  private once(key: string, make: () => Node): Node {
    let node = this.known.get(key);
    if (!node) {
      node = make();
      this.known.set(key, node);
    }
    return node;
  }
}

/** Up to this many values are spelled out; of more a digest is taken, which is much faster. */
const SPELLED = 64;

/** The same text for the same values alone. */
function identity(values: Readonly<TypedArray> | readonly number[]): string {
  if (values.length <= SPELLED || Array.isArray(values)) return Array.from(values, spelled).join();
  const { buffer, byteOffset, byteLength } = values as TypedArray;
  return createHash("sha256")
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest("base64");
}

/** Tells 0 from -0, which are different factors. */
const spelled = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

/** The only value of a constant of one value, else undefined. */
export function scalarValue(node: Node): number | undefined {
  const single = node.op === "Constant" && node.shape.every((size) => size === 1);
  return single && node.values?.length === 1 ? node.values[0] : undefined;
}

/** The nodes that `outputs` need, each after its inputs; the inputs of a node that `ends` are not followed. */
export function inOrder(outputs: readonly Node[], ends: (node: Node) => boolean = () => false): Node[] {
  const ordered: Node[] = [];
  const seen = new Set<Node>();
  const stack: { readonly node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    stack.push({ node, next: ends(node) ? node.inputs.length : 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let top = stack.at(-1); top; top = stack.at(-1)) {
      const input = top.node.inputs[top.next++];
      if (input) enter(input);
      else ordered.push(stack.pop()!.node);
    }
  }
  return ordered;
}
