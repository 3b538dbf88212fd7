/** Nested records and lists of tensors, and their leaves by path: `{a: {b: x}}` has the leaf "a/b". */
import { tf } from "../../nn/array.js";

/** Values outside of tfjs: row-major, bool as 0 and 1 in a Uint8Array. */
export interface Value {
  readonly data: Float32Array | Int32Array | Uint8Array;
  readonly shape: readonly number[];
}

/** The same tree with values instead of tensors. */
export type Values<T> = T extends tf.Tensor ? Value : { readonly [K in keyof T]: Values<T[K]> };

/** The same tree with a tensor or a value at each leaf. */
export type Feeds<T> = T extends tf.Tensor ? tf.Tensor | Value : { readonly [K in keyof T]: Feeds<T[K]> };

const isValue = (x: object): x is Value => "data" in x && ArrayBuffer.isView(x.data) && "shape" in x;

/**
 * The leaves by path, in the tree's own order; a branch that is undefined is left out.
 * Throws an error that names what is neither tensor, value nor tree, as the `role` (input, output) that the tree has.
 */
export function leavesOf(tree: unknown, role = "input"): Map<string, tf.Tensor | Value> {
  const leaves = new Map<string, tf.Tensor | Value>();
  collect(tree, "", role, leaves);
  return leaves;
}

function collect(tree: unknown, path: string, role: string, leaves: Map<string, tf.Tensor | Value>): void {
  if (tree instanceof tf.Tensor) leaves.set(path, tree);
  else if (typeof tree !== "object" || tree === null || tree instanceof Promise || ArrayBuffer.isView(tree)) {
    if (tree instanceof Promise) tree.catch(() => undefined); // what it rejects with is said here
    const name = path === "" ? `the ${role}` : `the ${role} "${path}"`;
    throw new Error(`compile: ${name} is ${kindOf(tree)}; expected tensors, lists and records`);
  } else if (isValue(tree)) leaves.set(path, tree);
  else {
    for (const [key, branch] of Object.entries(tree)) {
      if (branch !== undefined) collect(branch, path === "" ? key : `${path}/${key}`, role, leaves);
    }
  }
}

function kindOf(x: unknown): string {
  if (x instanceof Promise) return "a promise (functions that are compiled cannot wait)";
  if (x === null || x === undefined) return String(x);
  return typeof x === "object" ? "an array of numbers" : `a ${typeof x}`;
}

/** A tree of the shape of `like`, with what `leafAt` gives for each path and leaf. */
export function mapTree(like: unknown, leafAt: (path: string, leaf: unknown) => unknown, path = ""): unknown {
  if (like instanceof tf.Tensor || isValue(like as object)) return leafAt(path, like);
  const at = (key: string): string => (path === "" ? key : `${path}/${key}`);
  if (Array.isArray(like)) return like.map((branch, i) => mapTree(branch, leafAt, at(String(i))));
  const branches = Object.entries(like as object).filter(([, branch]) => branch !== undefined);
  return Object.fromEntries(branches.map(([key, branch]) => [key, mapTree(branch, leafAt, at(key))]));
}
