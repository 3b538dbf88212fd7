/**
 * Prompt templates of the official recipes, `{}` being the class's name (data/class-names.ts tells how they spell it). Of
 * recipes whose code was not at hand, such as ActionCLIP's list of templates, there is none here.
 */
export const TEMPLATES = {
  /** The bare name (microsoft/VideoX@1744b21 X-CLIP). */
  xclip: "{}",
  /** muzairkhattak/ViFi-CLIP@e2d1948 trainers/vificlip.py VLPromptLearner, without learned prompts. */
  vificlip: "a photo of a {}.",
  /** The same with learned prompts, which stand before it; underscores in the name become blanks. */
  vificlipPrompts: "{}.",
} as const;
