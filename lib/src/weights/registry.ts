/** Checkpoints by name: the one that ships with the project, and official ones that the user brings or fetches. */
import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { PACKAGE_ROOT, projectPath } from "../project.js";
import { OFFICIAL, type OfficialCheckpoint, officialCheckpoint } from "./official.js";

/** The small model that the project pre-trains itself. */
export const SMOKE_CLIP = "smoke-clip";

/** Endings that an official checkpoint's file may have, converted first; "" is a folder of Hugging Face's. */
const ENDINGS = [".safetensors", ".pt", ".pth", ".bin", ""];

/** Where users put checkpoints: VGHIF_WEIGHTS, or the project's `weights`. */
export function weightsFolder(): string {
  const chosen = process.env.VGHIF_WEIGHTS;
  return chosen ? path.resolve(chosen) : projectPath("weights");
}

/** Where an official checkpoint is fetched to. */
export function officialFile({ name, extension }: OfficialCheckpoint): string {
  return path.join(weightsFolder(), name + extension);
}

/** The file or folder of an official checkpoint that is here; null where it is not. */
export function findOfficial(name: string): string | null {
  const files = ENDINGS.map((ending) => path.join(weightsFolder(), name + ending));
  return files.find((file) => existsSync(file)) ?? null;
}

/**
 * The file of a checkpoint: the shipped one's name, an official name (looked for in the weights folder as `<name>` with
 * any of the known endings), or a path. Throws a UserError that says what to do where there is none.
 */
export function weightsFile(nameOrPath: string): string {
  if (nameOrPath === SMOKE_CLIP) return path.join(PACKAGE_ROOT, "assets", "smoke-clip", "model.safetensors");
  const official = officialCheckpoint(nameOrPath);
  const file = official ? findOfficial(nameOrPath) : path.resolve(nameOrPath);
  if (file && existsSync(file)) return file;
  if (official) {
    const put = `put it at ${officialFile(official)}, or set VGHIF_WEIGHTS`;
    const fetch = official.url
      ? `vghif weights fetch ${official.name}, or ${put}`
      : `download it from ${official.source} and ${put}`;
    throw new UserError(`weights "${nameOrPath}" (${official.model}) are not here: ${fetch}`);
  }
  const some = OFFICIAL.slice(0, 3).map(({ name }) => name);
  throw new UserError(
    `weights "${nameOrPath}" not found: give a checkpoint file, "${SMOKE_CLIP}", or a name such as ${some.join(", ")} ` +
      "(vghif weights list has them all)",
  );
}
