/** Class names as tokenised prompts. */
import { type TextBatch, textBatch } from "../models/clip.js";
import { loadTokenizer } from "../text/load-tokenizer.js";

/** A class name in its template: `{}` is the name. Example: promptOf("juggling", "a photo of a {}."). */
export function promptOf(name: string, template: string): string {
  return template.replaceAll("{}", () => name);
}

/** The prompts of classes, tokenised and cut to the longest one's end of text; owned by the caller. */
export async function promptBatch(
  classes: readonly string[],
  template: string,
  contextLength = 77,
): Promise<TextBatch> {
  const tokenizer = await loadTokenizer();
  const prompts = classes.map((name) => promptOf(name, template));
  return textBatch(tokenizer.tokenize(prompts, { contextLength }));
}
