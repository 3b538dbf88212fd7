/** `vghif tokenize`: a JSON array of texts on standard input, a JSON array of token ids on standard output. */
import { text } from "node:stream/consumers";
import { UsageError, UserError } from "../errors.js";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  program
    .command("tokenize")
    .description("turn a JSON array of texts (stdin) into a JSON array of 77 token ids each (stdout)")
    .option("--truncate", 'cut a text that is too long, instead of {"error": ...} in its place')
    .action(async ({ truncate = false }: { truncate?: boolean }) => {
      const texts = parseTexts(await text(process.stdin));
      const { loadTokenizer } = await import("../text/load-tokenizer.js");
      const tokenizer = await loadTokenizer();
      const rows = texts.map((one) => {
        try {
          return tokenizer.tokenize([one], { truncate }).flatMap((ids) => [...ids]);
        } catch (error) {
          if (error instanceof UserError) return { error: error.message };
          throw error;
        }
      });
      process.stdout.write(`${JSON.stringify(rows)}\n`);
    });
};

function parseTexts(input: string): readonly string[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(input);
  } catch {
    throw new UsageError("standard input is not JSON; give an array of strings");
  }
  const isTexts = Array.isArray(parsed) && parsed.every((item) => typeof item === "string");
  if (!isTexts) throw new UsageError("standard input is JSON, but not an array of strings");
  return parsed as readonly string[];
}
