/** Class names as tokenised prompts. */
import type { VideoTextBackbone } from "../models/backbone.js";
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

/**
 * The prompts of classes as a backbone takes them: where it has learned context tokens, as many placeholder words stand
 * before the template (ViFi-CLIP trainers/vificlip.py VLPromptLearner: "X X X ..."), and underscores in names are blanks.
 */
export function backbonePrompts(
  { config, textContext }: VideoTextBackbone,
  classes: readonly string[],
  template: string,
): Promise<TextBatch> {
  if (textContext === 0) return promptBatch(classes, template, config.contextLength);
  const names = classes.map((name) => name.replaceAll("_", " "));
  return promptBatch(names, "X ".repeat(textContext) + template, config.contextLength);
}
