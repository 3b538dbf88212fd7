/** Checkpoints by name: the one that ships with the project, and official ones that the user brings. */
import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { PACKAGE_ROOT, projectPath } from "../project.js";

/** Official checkpoints that tables of scale `paper` name. Files are not shipped: their owners distribute them. */
const OFFICIAL: Readonly<Record<string, string>> = {
  "clip-vit-b-32": "OpenAI CLIP ViT-B/32 (MIT), github.com/openai/CLIP",
  "clip-vit-b-16": "OpenAI CLIP ViT-B/16 (MIT), github.com/openai/CLIP",
  "clip-vit-l-14": "OpenAI CLIP ViT-L/14 (MIT), github.com/openai/CLIP",
};

/** The small model that the project pre-trains itself. */
export const SMOKE_CLIP = "smoke-clip";

/** Where users put checkpoints: VGHIF_WEIGHTS, or the project's `weights`. */
export function weightsFolder(): string {
  const chosen = process.env.VGHIF_WEIGHTS;
  return chosen ? path.resolve(chosen) : projectPath("weights");
}

/**
 * The file of a checkpoint: the shipped one's name, an official name (looked for in the weights folder as
 * `<name>.safetensors`), or a path. Throws a UserError that says what to do where there is none.
 */
export function weightsFile(nameOrPath: string): string {
  if (nameOrPath === SMOKE_CLIP) return path.join(PACKAGE_ROOT, "assets", "smoke-clip", "model.safetensors");
  const official = OFFICIAL[nameOrPath];
  const file = official ? path.join(weightsFolder(), `${nameOrPath}.safetensors`) : path.resolve(nameOrPath);
  if (existsSync(file)) return file;
  if (official) {
    throw new UserError(
      `weights "${nameOrPath}" (${official}) are not here: put them at ${file}, or set VGHIF_WEIGHTS`,
    );
  }
  throw new UserError(
    `weights "${nameOrPath}" not found: give a .safetensors file, "${SMOKE_CLIP}", or one of ${Object.keys(OFFICIAL).join(", ")}`,
  );
}
