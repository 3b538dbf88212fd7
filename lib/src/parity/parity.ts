/** `vghif parity`: recomputes every reference tensor of a case and compares it. */
import { preprocessParity } from "../data/frames/parity.js";
import { UserError } from "../errors.js";
import { recomputeAdamw } from "./adamw.js";
import { openCase, type ParityCase, type Recomputed, readTensors } from "./case.js";
import { recomputeClip } from "./clip.js";
import { type Comparison, compareTensor, type Tolerance } from "./compare.js";
import type { Mode } from "./compute.js";
import { recomputeVificlip } from "./vificlip.js";
import { recomputeXclip } from "./xclip.js";

/** Tokens reach about 12, features and logits less; gradients differ in scale, so they are compared relative to it. */
const TOLERANCES: Readonly<Record<string, Tolerance>> = { outputs: { abs: 1e-4 }, grads: { abs: 1e-7, rel: 1e-3 } };
/** Reference files that hold tensors to recompute. */
const FILES = ["outputs", "grads"] as const;

/**
 * Compares every tensor of the case's `outputs` and `grads`, in the order of the file. A tensor that cannot be computed is
 * not ok. Gradients carry the prefix `grad:`. Throws a UserError where the folder is no case or has nothing to compare.
 * `mode`: op by op on the running backend (default), or compiled into one program; preprocessing is the same in both.
 */
export async function parity(dir: string, mode: Mode = "eager"): Promise<Comparison[]> {
  const parityCase = await openCase(dir);
  const actual = await recompute(parityCase, mode);
  const comparisons: Comparison[] = [];
  for (const file of FILES) {
    const expected = await readTensors(dir, file);
    for (const [name, tensor] of expected ?? []) {
      const label = file === "grads" ? `grad:${name}` : name;
      comparisons.push(compareTensor(label, actual[file]?.get(name), tensor, TOLERANCES[file]!));
    }
  }
  if (comparisons.length === 0) throw new UserError(`${dir}: no outputs.safetensors to compare with`);
  return comparisons;
}

async function recompute(parityCase: ParityCase, mode: Mode): Promise<Recomputed> {
  switch (parityCase.kind) {
    case "CLIP":
      return recomputeClip(parityCase.dir, mode);
    case "X-CLIP":
      return recomputeXclip(parityCase.dir, mode);
    case "ViFi-CLIP":
      return recomputeVificlip(parityCase.dir, mode);
    case "AdamW":
      return recomputeAdamw(parityCase, mode);
    case "preprocess":
      return { outputs: await preprocessParity(parityCase.dir) };
  }
}
