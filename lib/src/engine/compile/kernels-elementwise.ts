/** Kernels that work value by value. */
import { tf } from "../../nn/array.js";
import type { DType, Graph, Node } from "./graph.js";
import { binary, cast, unary, where } from "./ops.js";
import type { Call, Recorder, Recorders } from "./recorder.js";

/** One ONNX operator of one operand of any number type. */
const one =
  (op: string): Recorder =>
  ({ g, list }) =>
    unary(g, op, list[0]!);

/** A formula that knows float operands alone; integers go through it as tfjs does it, cut towards zero at its end. */
const formula =
  (make: (g: Graph, x: Node) => Node): Recorder =>
  ({ g, list }) => {
    const x = list[0]!;
    return cast(g, make(g, cast(g, x, "float32")), x.dtype);
  };

const float = (op: string): Recorder => formula((g, x) => unary(g, op, x));

/** Rounding, which leaves integers as they are. */
const rounding =
  (op: string): Recorder =>
  ({ g, list }) =>
    list[0]!.dtype === "float32" ? unary(g, op, list[0]!) : list[0]!;

/** A question about a float. */
const question =
  (make: (g: Graph, x: Node) => Node): Recorder =>
  ({ g, list }) =>
    make(g, cast(g, list[0]!, "float32"));

/** One ONNX operator of two numbers. */
const two =
  (op: string): Recorder =>
  ({ g, list }) =>
    binary(g, op, number(list[0]!, op), number(list[1]!, op));

function number(x: Node, op: string): Node {
  if (x.dtype !== "bool") return x;
  throw new Error(`${op} of bool tensors cannot be compiled: cast them to float32 or int32 first`);
}

/** ONNX orders numbers alone. */
const compare =
  (op: string): Recorder =>
  ({ g, list }) => {
    const [a, b] = list.map((x) => (x.dtype === "bool" && op !== "Equal" ? cast(g, x, "int32") : x)) as [Node, Node];
    return binary(g, op, a, b, "bool");
  };

const logical =
  (op: string): Recorder =>
  ({ g, list }) =>
    binary(g, op, list[0]!, list[1]!, "bool");

const not = (g: Graph, x: Node): Node => unary(g, "Not", x, "bool");
const zero = (g: Graph, x: Node): Node => g.scalar(0, x.dtype);
const isAbove = (g: Graph, x: Node): Node => binary(g, "Greater", x, zero(g, x), "bool");

export const ELEMENTWISE: Recorders = {
  Identity: ({ inputs }) => inputs.x!,
  Cast: ({ g, inputs, attrs }) => castAsTfjs(g, inputs.x!, attrs.dtype as DType),
  Abs: one("Abs"),
  Neg: one("Neg"),
  Sign: one("Sign"),
  Ceil: rounding("Ceil"),
  Floor: rounding("Floor"),
  Round: rounding("Round"),
  Acos: float("Acos"),
  Acosh: float("Acosh"),
  Asin: float("Asin"),
  Asinh: float("Asinh"),
  Atan: float("Atan"),
  Atanh: float("Atanh"),
  Cos: float("Cos"),
  Cosh: float("Cosh"),
  Sin: float("Sin"),
  Sinh: float("Sinh"),
  Tan: float("Tan"),
  Erf: float("Erf"),
  Exp: ({ g, list }) => unary(g, "Exp", cast(g, list[0]!, "float32")),
  Log: float("Log"),
  Reciprocal: float("Reciprocal"),
  Sqrt: float("Sqrt"),
  Square: ({ g, inputs }) => binary(g, "Mul", number(inputs.x!, "Square"), inputs.x!),
  Rsqrt: formula((g, x) => unary(g, "Reciprocal", unary(g, "Sqrt", x))),
  Expm1: formula((g, x) => binary(g, "Sub", unary(g, "Exp", x), g.scalar(1))),
  Log1p: formula((g, x) => unary(g, "Log", binary(g, "Add", x, g.scalar(1)))),
  IsNan: question((g, x) => unary(g, "IsNaN", x, "bool")),
  IsInf: question((g, x) => unary(g, "IsInf", x, "bool")),
  IsFinite: question((g, x) =>
    not(g, binary(g, "Or", unary(g, "IsNaN", x, "bool"), unary(g, "IsInf", x, "bool"), "bool")),
  ),
  Step: ({ g, inputs, attrs }) => {
    const x = inputs.x!;
    return where(g, isAbove(g, x), g.scalar(1, x.dtype), g.scalar((attrs.alpha as number) ?? 0, x.dtype));
  },
  ClipByValue: ({ g, inputs, attrs }) => {
    const { dtype } = inputs.x!;
    const [low, high] = [attrs.clipValueMin, attrs.clipValueMax].map((bound) => g.scalar(bound as number, dtype));
    return binary(g, "Min", binary(g, "Max", inputs.x!, low!), high!);
  },
  Add: two("Add"),
  Sub: two("Sub"),
  Multiply: two("Mul"),
  RealDiv: two("Div"),
  Maximum: two("Max"),
  Minimum: two("Min"),
  Pow: two("Pow"),
  AddN: ({ g, list }) => list.reduce((sum, x) => binary(g, "Add", sum, number(x, "AddN"))),
  FloorDiv: floorDiv,
  Mod: ({ g, list }) => floorMod(g, number(list[0]!, "Mod"), list[1]!),
  SquaredDifference: ({ g, list }) => {
    const difference = binary(g, "Sub", number(list[0]!, "SquaredDifference"), list[1]!);
    return binary(g, "Mul", difference, difference);
  },
  Equal: compare("Equal"),
  NotEqual: ({ g, list }) => not(g, binary(g, "Equal", list[0]!, list[1]!, "bool")),
  Greater: compare("Greater"),
  GreaterEqual: compare("GreaterOrEqual"),
  Less: compare("Less"),
  LessEqual: compare("LessOrEqual"),
  LogicalAnd: logical("And"),
  LogicalOr: logical("Or"),
  LogicalXor: logical("Xor"),
  LogicalNot: ({ g, list }) => not(g, list[0]!),
  Select: ({ g, inputs }) => {
    const { condition, t, e } = inputs as Record<"condition" | "t" | "e", Node>;
    // ONNX Runtime chooses among numbers, not among bools.
    const [yes, no] = [t, e].map((x) => (x.dtype === "bool" ? cast(g, x, "int32") : x)) as [Node, Node];
    return cast(g, where(g, rowwise(g, condition, t.shape.length), yes, no), t.dtype);
  },
};

/** Floor of the quotient, always as integers; exact for integers, whose remainder is taken off first. */
function floorDiv({ g, list }: Call): Node {
  const [a, b] = list as [Node, Node];
  if (a.dtype === "int32") return binary(g, "Div", binary(g, "Sub", a, floorMod(g, a, b)), b);
  return cast(g, unary(g, "Floor", binary(g, "Div", cast(g, a, "float32"), cast(g, b, "float32"))), "int32");
}

/** The remainder with the divisor's sign. ONNX has it for integers; its float remainder has the dividend's sign. */
function floorMod(g: Graph, a: Node, b: Node): Node {
  if (a.dtype === "int32") return binary(g, "Mod", a, b);
  const shape = tf.broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  const rest = g.node("Mod", [a, b], shape, "float32", { fmod: { int: 1 } });
  const wrongSign = binary(g, "Less", binary(g, "Mul", rest, b), g.scalar(0), "bool");
  return where(g, wrongSign, binary(g, "Add", rest, b), rest);
}

/** tfjs cuts towards zero when it makes integers, and whatever is not 0 is true. */
function castAsTfjs(g: Graph, x: Node, dtype: DType): Node {
  if (dtype === "bool" && x.dtype !== "bool") return not(g, binary(g, "Equal", x, zero(g, x), "bool"));
  return cast(g, x, dtype);
}

/** A condition of rank 1 chooses whole rows of operands of a higher rank. */
function rowwise(g: Graph, condition: Node, rank: number): Node {
  if (condition.shape.length !== 1 || rank <= 1) return condition;
  const shape = [condition.shape[0]!, ...new Array<number>(rank - 1).fill(1)];
  return g.node("Reshape", [condition, g.integers(shape)], shape, "bool");
}
