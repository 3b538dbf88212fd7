/** Writes a recorded program as an ONNX model. */
import { onnx } from "onnx-proto";
import { type Attribute, type DType, inOrder, type Node } from "./graph.js";

const OPSET = 17;
const IR_VERSION = 8;
/** onnx.proto TensorProto.DataType */
const DATA_TYPE: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9 };
/** onnx.proto AttributeProto.AttributeType */
const ATTRIBUTE = { float: 1, int: 2, string: 3, ints: 7 } as const;

/**
 * The model file of the nodes that the outputs need. Inputs and outputs have their paths as names, after "in:" and "out:";
 * inputs that no output needs are left out.
 */
export function onnxModel(outputs: ReadonlyMap<string, Node>): Uint8Array {
  const nodes = inOrder([...outputs.values()]);
  const names = new Names(nodes);
  const copies: onnx.INodeProto[] = [];
  for (const [path, node] of outputs) {
    if (!names.rename(node, OUTPUT + path)) {
      copies.push({ input: [names.of(node)], output: [OUTPUT + path], opType: "Identity" });
    }
  }
  const model: onnx.IModelProto = {
    irVersion: IR_VERSION,
    producerName: "vghif",
    opsetImport: [
      { domain: "", version: OPSET },
      { domain: "com.microsoft", version: 1 },
    ],
    graph: {
      name: "vghif",
      node: [...nodes.filter(isOperator).map((node) => nodeProto(node, names)), ...copies],
      initializer: nodes.filter((node) => node.op === "Constant").map((node) => initializer(node, names)),
      input: nodes.filter((node) => node.op === "Input").map((node) => valueInfo(names.of(node), node)),
      output: [...outputs].map(([path, node]) => valueInfo(OUTPUT + path, node)),
    },
  };
  return onnx.ModelProto.encode(model).finish();
}

/** What stands before the path of an input and of an output in the model's names. */
export const INPUT = "in:";
export const OUTPUT = "out:";

const isOperator = (node: Node): boolean => node.op !== "Constant" && node.op !== "Input";

class Names {
  private readonly names: Map<Node, string>;
  private readonly renamed = new Set<Node>();

  constructor(nodes: readonly Node[]) {
    this.names = new Map(nodes.map((node) => [node, node.op === "Input" ? INPUT + node.name! : `n${node.id}`]));
  }

  of(node: Node): string {
    return this.names.get(node)!;
  }

  /** An operator's value can be an output itself, once; false where a copy is needed. */
  rename(node: Node, name: string): boolean {
    if (!isOperator(node) || this.renamed.has(node)) return false;
    this.renamed.add(node);
    this.names.set(node, name);
    return true;
  }
}

function nodeProto(node: Node, names: Names): onnx.INodeProto {
  const attributes = node.op === "Cast" ? { to: { int: DATA_TYPE[node.dtype] } } : node.attributes;
  return {
    input: node.inputs.map((input) => names.of(input)),
    output: [names.of(node)],
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

function valueInfo(name: string, node: Node): onnx.IValueInfoProto {
  const shape = { dim: node.shape.map((dimValue) => ({ dimValue })) };
  return { name, type: { tensorType: { elemType: DATA_TYPE[node.dtype], shape } } };
}

function initializer(node: Node, names: Names): onnx.ITensorProto {
  const bytes = bytesOf(node);
  return { name: names.of(node), dims: [...node.shape], dataType: DATA_TYPE[node.dtype], rawData: bytes };
}

/** Little-endian, as typed arrays are on every platform that Node runs on. */
function bytesOf({ values = [], dtype }: Node): Uint8Array {
  const typed = {
    float32: () => (values instanceof Float32Array ? values : Float32Array.from(values)),
    int32: () => (values instanceof Int32Array ? values : Int32Array.from(values)),
    int64: () => BigInt64Array.from(values as readonly number[], BigInt),
    bool: () => Uint8Array.from(values),
  }[dtype]();
  return new Uint8Array(typed.buffer, typed.byteOffset, typed.byteLength);
}
