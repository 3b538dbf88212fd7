/** State that may be written over while the program runs, and state that may not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Graph, type Node } from "vghif/dist/engine/compile/graph.js";
import { overwritable } from "vghif/dist/engine/compile/in-place.js";

const SHAPE = [3, 5];

/** Which of the states s (and t) may be overwritten, of a program that `build` makes from them and the gradient g. */
function safe(build: (g: Graph, s: Node, t: Node, gradient: Node) => Record<string, Node>): string[] {
  const g = new Graph();
  const inputs = new Map(["s", "t", "gradient"].map((name) => [name, g.input(name, SHAPE, "float32")]));
  const outputs = build(g, inputs.get("s")!, inputs.get("t")!, inputs.get("gradient")!);
  return [...overwritable(new Map(Object.entries(outputs)), inputs, ["s", "t"])];
}

const op = (g: Graph, name: string, ...inputs: Node[]) => g.node(name, inputs, SHAPE, "float32");

test("a moment is safe, the parameter that others read is not", () => {
  const found = safe((g, s, t, gradient) => {
    const moment = op(g, "Add", op(g, "Mul", s, g.scalar(0.9)), gradient);
    const loss = g.node("ReduceSum", [op(g, "Mul", t, gradient)], [], "float32");
    return { s: moment, t: op(g, "Sub", op(g, "Mul", t, g.scalar(0.99)), moment), loss };
  });
  assert.deepEqual(found, ["s"]);
});

test("read again after its last step, also by another output: not safe", () => {
  const reads = safe((g, s, _, gradient) => {
    const next = op(g, "Add", op(g, "Mul", s, g.scalar(0.9)), gradient);
    return { s: next, other: op(g, "Mul", next, op(g, "Neg", s)) };
  });
  assert.deepEqual(reads, []);
  assert.deepEqual(
    safe((g, s, _, gradient) => ({ s: op(g, "Add", op(g, "Neg", s), gradient), old: s })),
    [],
  );
});

test("values that move between places: not safe", () => {
  const turned = safe((g, s, _, gradient) => {
    const square = g.node(
      "MatMul",
      [op(g, "Neg", s), g.constant(new Float32Array(25), [5, 5], "float32")],
      SHAPE,
      "float32",
    );
    return { s: op(g, "Add", square, gradient) };
  });
  assert.deepEqual(turned, []);
  const mean = safe((g, s) => {
    const total = g.node("ReduceMean", [op(g, "Neg", s)], [], "float32");
    return { s: op(g, "Add", op(g, "Neg", s), total) };
  });
  assert.deepEqual(mean, []);
});

test("states that take each other's place, or are handed on as they are: not safe", () => {
  assert.deepEqual(
    safe((g, s, t) => ({ s: op(g, "Neg", op(g, "Neg", t)), t: op(g, "Exp", op(g, "Neg", s)) })),
    [],
  );
  assert.deepEqual(
    safe((_, s, t) => ({ s, t })),
    [],
  );
  assert.deepEqual(
    safe((g, s, t) => ({ s: op(g, "Neg", s), t: op(g, "Sqrt", op(g, "Mul", t, g.scalar(2))) })),
    ["t"],
  );
});
