/** A folder of reference tensors: `config.json`, `inputs`, `outputs`, and where it is a model `weights` and `grads`. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { type HostTensor, readSafetensors } from "../weights/safetensors.js";

export type CaseKind = "CLIP" | "X-CLIP" | "ViFi-CLIP" | "AdamW" | "preprocess";
export type HostTensors = ReadonlyMap<string, HostTensor>;

export interface ParityCase {
  readonly dir: string;
  readonly kind: CaseKind;
  readonly config: Readonly<Record<string, unknown>>;
}

/** The tensors that a case gives back: by file (`outputs`, `grads`), by name. */
export type Recomputed = Readonly<Record<string, HostTensors>>;

/** Reads a case's configuration and tells its kind from it. Throws a UserError for a folder that is not a case. */
export async function openCase(dir: string): Promise<ParityCase> {
  const file = path.join(dir, "config.json");
  let config: Record<string, unknown>;
  try {
    config = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
  } catch (error) {
    throw new UserError(`${dir} is not a reference case: cannot read its config.json (${messageOf(error)})`);
  }
  return { dir, kind: kindOf(config, file), config };
}

function kindOf(config: Readonly<Record<string, unknown>>, file: string): CaseKind {
  const { model } = config;
  if (model === "CLIP" || model === "X-CLIP" || model === "ViFi-CLIP") return model;
  if (typeof config.optimizer === "string") return "AdamW";
  if (typeof config.cases === "object" && config.cases !== null) return "preprocess";
  throw new UserError(`${file}: cannot tell the case's kind; expected "model", "optimizer" or "cases" in it`);
}

/** Every tensor of `<dir>/<name>.safetensors`, or null where the case has no such file. */
export async function readTensors(dir: string, name: string): Promise<Map<string, HostTensor> | null> {
  const file = path.join(dir, `${name}.safetensors`);
  return existsSync(file) ? readSafetensors(file) : null;
}

/** Like `readTensors`; throws a UserError where the file or the tensor is missing. */
export async function needTensors(dir: string, name: string): Promise<Map<string, HostTensor>> {
  const tensors = await readTensors(dir, name);
  if (!tensors) throw new UserError(`${dir}: ${name}.safetensors is missing`);
  return tensors;
}
