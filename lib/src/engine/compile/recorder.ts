/** How a tfjs kernel is recorded: a function from its input nodes and attributes to its output node or nodes. */
import { tf } from "../../nn/array.js";
import type { Graph, Node } from "./graph.js";

export interface Call {
  readonly g: Graph;
  /** The kernel's inputs by name; `list` holds them in order. */
  readonly inputs: Readonly<Record<string, Node>>;
  readonly list: readonly Node[];
  readonly attrs: Readonly<Record<string, unknown>>;
}

export type Recorder = (call: Call) => Node | readonly Node[];
export type Recorders = Readonly<Record<string, Recorder>>;

/** A kernel's `axis` or `dims` attribute as axes from 0 on; none means all. */
export function axesOf(x: Node, axis: unknown): number[] {
  return tf.util.parseAxisParam(axis as number | number[], [...x.shape]);
}
