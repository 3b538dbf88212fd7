/** Writes a recorded program as an ONNX model. */
import { onnx } from "onnx-proto";
import { type Attribute, type DType, inOrder, type Node, PART } from "./graph.js";
import { deepestFirst } from "./order.js";
import type { Value } from "./tree.js";

/** Versions of the operator sets by domain. */
const OPSETS: Readonly<Record<string, number>> = { "": 17, "com.microsoft": 1 };
const IR_VERSION = 8;
/** onnx.proto TensorProto.DataType */
const DATA_TYPE: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  bfloat16: 16,
};
/** onnx.proto AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/** How an input or output stands in a file: its name, and sizes of which some are only named (`"batch"`). */
export interface Port {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** What a file that leaves the project has beyond the program. */
export interface FileOptions {
  /** By path. Default: the path after "in:" or "out:", and the shape that was recorded. */
  readonly inputs?: ReadonlyMap<string, Port>;
  readonly outputs?: ReadonlyMap<string, Port>;
  /** Inputs, by path, whose values the file holds under these names: they are no inputs of it. Default: none. */
  readonly weights?: ReadonlyMap<string, { readonly name: string; readonly value: Value }>;
  /** Default: none. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Of the producer. Default: none. */
  readonly version?: string;
}

/** The model file of the nodes that the outputs need; inputs that no output needs are left out. */
export function onnxModel(outputs: ReadonlyMap<string, Node>, options: FileOptions = {}): Uint8Array {
  const { weights = new Map(), metadata = {}, version } = options;
  const nodes = inOrder(deepestFirst([...outputs.values()]));
  const inputs = nodes.filter((node) => node.op === "Input" && !weights.has(node.name!));
  const names = new Names();
  for (const node of nodes) {
    const { op, id, name: path = "" } = node;
    const given = weights.get(path)?.name ?? options.inputs?.get(path)?.name ?? INPUT + path;
    names.set(node, op === "Input" ? given : `n${id}`);
  }
  const further = furtherOutputs(nodes);
  const copies: onnx.INodeProto[] = [];
  const results = [...outputs].map(([path, node]) => {
    const { name, shape } = options.outputs?.get(path) ?? { name: OUTPUT + path, shape: node.shape };
    if (!names.rename(node, name)) copies.push({ input: [names.of(node)], output: [name], opType: "Identity" });
    return valueInfo(name, node.dtype, shape);
  });
  const held = nodes.filter(({ op, name }) => op === "Constant" || (op === "Input" && weights.has(name!)));
  const domains = new Set(["", ...nodes.map(({ domain }) => domain)]);
  const model: onnx.IModelProto = {
    irVersion: IR_VERSION,
    producerName: "vghif",
    ...(version ? { producerVersion: version } : {}),
    opsetImport: [...domains].map((domain) => ({ domain, version: OPSETS[domain]! })),
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: "vghif",
      node: [...nodes.filter(isOperator).map((node) => nodeProto(node, names, further.get(node) ?? [])), ...copies],
      initializer: held.map((node) => {
        const data = node.op === "Constant" ? node.values : weights.get(node.name!)!.value.data;
        return initializer(names.of(node), node, data ?? []);
      }),
      input: inputs.map((node) =>
        valueInfo(names.of(node), node.dtype, options.inputs?.get(node.name!)?.shape ?? node.shape),
      ),
      output: results,
    },
  };
  return onnx.ModelProto.encode(model).finish();
}

/** What stands before the path of an input and of an output in the model's names. */
export const INPUT = "in:";
export const OUTPUT = "out:";

const isOperator = ({ op }: Node): boolean => op !== "Constant" && op !== "Input" && op !== PART;

/** Nodes that stand for an operator's further outputs, by the operator and in their places there. */
function furtherOutputs(nodes: readonly Node[]): Map<Node, Node[]> {
  const further = new Map<Node, Node[]>();
  for (const node of nodes) {
    if (node.op !== PART) continue;
    const [operator] = node.inputs as [Node];
    const parts = further.get(operator) ?? [];
    parts[(node.attributes.index as { int: number }).int - 1] = node;
    further.set(operator, parts);
  }
  return further;
}

class Names {
  private readonly names = new Map<Node, string>();
  private readonly renamed = new Set<Node>();

  set(node: Node, name: string): void {
    this.names.set(node, name);
  }

  of(node: Node): string {
    return this.names.get(node)!;
  }

  /** An operator's value can be an output itself, once; false where a copy is needed. */
  rename(node: Node, name: string): boolean {
    if (node.op === "Constant" || node.op === "Input" || this.renamed.has(node)) return false;
    this.renamed.add(node);
    this.names.set(node, name);
    return true;
  }
}

function nodeProto(node: Node, names: Names, further: readonly Node[]): onnx.INodeProto {
  const attributes = node.op === "Cast" ? { to: { int: DATA_TYPE[node.dtype] } } : node.attributes;
  const rest = Array.from(further, (part) => (part ? names.of(part) : "")); // an output that nobody reads has no name
  return {
    input: node.inputs.map((input) => names.of(input)),
    output: node.op === "TopK" ? [`${names.of(node)}.values`, names.of(node)] : [names.of(node), ...rest],
    opType: node.op,
    domain: node.domain,
    name: `${node.op}_${node.id}`,
    attribute: Object.entries(attributes).map(([name, value]) => attributeProto(name, value)),
  };
}

function attributeProto(name: string, value: Attribute): onnx.IAttributeProto {
  if ("int" in value) return { name, type: ATTRIBUTE.int, i: value.int };
  if ("float" in value) return { name, type: ATTRIBUTE.float, f: value.float };
  if ("text" in value) return { name, type: ATTRIBUTE.string, s: new TextEncoder().encode(value.text) };
  return { name, type: ATTRIBUTE.ints, ints: [...value.ints] };
}

function valueInfo(name: string, dtype: DType, shape: readonly (number | string)[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === "number" ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[dtype], shape: { dim } } } };
}

type Values = NonNullable<Node["values"]>;

function initializer(name: string, { shape, dtype }: Node, values: Values): onnx.ITensorProto {
  return { name, dims: [...shape], dataType: DATA_TYPE[dtype], rawData: bytesOf(values, dtype) };
}

/** Little-endian, as typed arrays are on every platform that Node runs on. */
function bytesOf(values: Values, dtype: DType): Uint8Array {
  if (dtype === "float16" || dtype === "bfloat16") throw new Error("constants are not halves");
  const typed = {
    float32: () => (values instanceof Float32Array ? values : Float32Array.from(values)),
    int32: () => (values instanceof Int32Array ? values : Int32Array.from(values)),
    int64: () => BigInt64Array.from(values as readonly number[], BigInt),
    bool: () => Uint8Array.from(values),
  }[dtype]();
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
