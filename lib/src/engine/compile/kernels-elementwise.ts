/** Kernels that work value by value. */
import type { DType, Graph, Node } from "./graph.js";
import { binary, cast, expand, unary, where } from "./ops.js";
import type { Recorder, Recorders } from "./recorder.js";

/** One ONNX operator of one operand. */
const one =
  (op: string, dtype?: DType): Recorder =>
  ({ g, list }) =>
    unary(g, op, list[0]!, dtype);

/** A formula of one float operand. */
const formula =
  (make: (g: Graph, x: Node) => Node): Recorder =>
  ({ g, list }) =>
    make(g, list[0]!);

/** One ONNX operator of two operands. */
const two =
  (op: string): Recorder =>
  ({ g, list }) =>
    binary(g, op, list[0]!, list[1]!);

const compare =
  (op: string): Recorder =>
  ({ g, list }) =>
    binary(g, op, list[0]!, list[1]!, "bool");

const zero = (g: Graph, x: Node): Node => g.scalar(0, x.dtype);

export const ELEMENTWISE: Recorders = {
  Identity: ({ inputs }) => inputs.x!,
  Cast: ({ g, inputs, attrs }) => castAsTfjs(g, inputs.x!, attrs.dtype as DType),
  Abs: one("Abs"),
  Ceil: one("Ceil"),
  Cos: one("Cos"),
  Erf: one("Erf"),
  Exp: one("Exp"),
  Floor: one("Floor"),
  Log: one("Log"),
  LogicalNot: one("Not", "bool"),
  Neg: one("Neg"),
  Reciprocal: one("Reciprocal"),
  Relu: one("Relu"),
  Round: one("Round"),
  Sigmoid: one("Sigmoid"),
  Sign: one("Sign"),
  Sin: one("Sin"),
  Softplus: one("Softplus"),
  Sqrt: one("Sqrt"),
  Tanh: one("Tanh"),
  IsNan: one("IsNaN", "bool"),
  IsInf: one("IsInf", "bool"),
  Square: formula((g, x) => binary(g, "Mul", x, x)),
  Rsqrt: formula((g, x) => unary(g, "Reciprocal", unary(g, "Sqrt", x))),
  Expm1: formula((g, x) => binary(g, "Sub", unary(g, "Exp", x), g.scalar(1))),
  Log1p: formula((g, x) => unary(g, "Log", binary(g, "Add", x, g.scalar(1)))),
  Step: ({ g, inputs, attrs }) => {
    const above = binary(g, "Greater", inputs.x!, zero(g, inputs.x!), "bool");
    return where(g, above, g.scalar(1), g.scalar((attrs.alpha as number) ?? 0));
  },
  LeakyRelu: ({ g, inputs, attrs }) => {
    const above = binary(g, "Greater", inputs.x!, zero(g, inputs.x!), "bool");
    return where(g, above, inputs.x!, binary(g, "Mul", inputs.x!, g.scalar(attrs.alpha as number)));
  },
  ClipByValue: ({ g, inputs, attrs }) => {
    const [low, high] = [g.scalar(attrs.clipValueMin as number), g.scalar(attrs.clipValueMax as number)];
    return binary(g, "Min", binary(g, "Max", inputs.x!, low), high);
  },
  ZerosLike: ({ g, inputs }) => expand(g, g.scalar(0, inputs.x!.dtype), inputs.x!.shape),
  OnesLike: ({ g, inputs }) => expand(g, g.scalar(1, inputs.x!.dtype), inputs.x!.shape),
  Fill: ({ g, attrs }) =>
    expand(g, g.scalar(attrs.value as number, (attrs.dtype as DType) ?? "float32"), attrs.shape as number[]),
  Add: two("Add"),
  Sub: two("Sub"),
  Multiply: two("Mul"),
  RealDiv: two("Div"),
  Maximum: two("Max"),
  Minimum: two("Min"),
  Pow: two("Pow"),
  AddN: ({ g, list }) => list.reduce((sum, x) => binary(g, "Add", sum, x)),
  FloorDiv: ({ g, list }) => {
    const [a, b] = list.map((x) => cast(g, x, "float32")) as [Node, Node];
    return cast(g, unary(g, "Floor", binary(g, "Div", a, b)), list[0]!.dtype);
  },
  SquaredDifference: ({ g, list }) => {
    const difference = binary(g, "Sub", list[0]!, list[1]!);
    return binary(g, "Mul", difference, difference);
  },
  Equal: compare("Equal"),
  NotEqual: ({ g, list }) => unary(g, "Not", binary(g, "Equal", list[0]!, list[1]!, "bool")),
  Greater: compare("Greater"),
  GreaterEqual: compare("GreaterOrEqual"),
  Less: compare("Less"),
  LessEqual: compare("LessOrEqual"),
  LogicalAnd: compare("And"),
  LogicalOr: compare("Or"),
  Select: ({ g, inputs }) => {
    const { condition, t, e } = inputs as Record<"condition" | "t" | "e", Node>;
    return where(g, rowwise(g, condition, t.shape.length), t, e);
  },
};

/** tfjs cuts towards zero when it makes integers, and whatever is not 0 is true. */
function castAsTfjs(g: Graph, x: Node, dtype: DType): Node {
  if (dtype === "bool" && x.dtype !== "bool") {
    return unary(g, "Not", binary(g, "Equal", x, zero(g, x), "bool"));
  }
  return cast(g, x, dtype);
}

/** A condition of rank 1 chooses whole rows of operands of a higher rank. */
function rowwise(g: Graph, condition: Node, rank: number): Node {
  if (condition.shape.length !== 1 || rank <= 1) return condition;
  const shape = [condition.shape[0]!, ...new Array<number>(rank - 1).fill(1)];
  return g.node("Reshape", [condition, g.integers(shape)], shape, "bool");
}
