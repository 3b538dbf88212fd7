/** Which of the compiler's optimiser passes run, as the command line says it. */
import { UsageError } from "../errors.js";

/** "none", or the names of the only passes that run. */
export function passesOf(names: readonly string[]): string[] {
  if (names.includes("none")) {
    if (names.length > 1) throw new UsageError(`--passes is "${names.join(",")}": give "none" alone, or names`);
    return [];
  }
  return [...names];
}
