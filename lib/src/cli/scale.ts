import { UsageError } from "../errors.js";
import type { Scale } from "../experiments/spec.js";

/** The value of `--scale`. */
export function scaleOf(text: string): Scale {
  if (text === "smoke" || text === "paper") return text;
  throw new UsageError(`--scale is "${text}": give smoke or paper`);
}
