/** Which of the compiler's optimiser passes run, as the command line says it. */
import { PASS_NAMES, type PassName } from "../engine/compile/optimize.js";
import { UsageError } from "../errors.js";

/** "none"; the names of the only passes that run; or names with a minus before each: all passes but these. */
export function passesOf(words: readonly string[]): PassName[] {
  if (words.length === 1 && words[0] === "none") return [];
  const without = words.filter((word) => word.startsWith("-"));
  const names = words.map((word) => word.replace(/^-/, ""));
  const unknown = names.find((name) => !(PASS_NAMES as readonly string[]).includes(name));
  if (unknown !== undefined || (without.length > 0 && without.length < words.length)) {
    const choices = PASS_NAMES.join(", ");
    throw new UsageError(
      `--passes is "${words.join(",")}": give none, names of ${choices}, or such names all with a minus`,
    );
  }
  return PASS_NAMES.filter((name) => names.includes(name) === (without.length === 0));
}
