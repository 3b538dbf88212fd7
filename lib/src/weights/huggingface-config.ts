/** The config.json beside a Hugging Face checkpoint: what tensor shapes cannot say must be what these models compute. */
import { existsSync, readFileSync } from "node:fs";
import { UserError } from "../errors.js";
import type { TensorInfo } from "./tensors.js";

/** What the official models compute; Hugging Face's defaults are the same. */
const ACTIVATION = "quick_gelu";
const LAYER_NORM_EPS = 1e-5;
const HEAD_WIDTH = 64;

type Json = Readonly<Record<string, unknown>>;

/**
 * Compares config.json, where there is one, with the tensors under their official names: layers and widths, and the
 * activation, epsilon and head width that no tensor shows. Throws a UserError that names the setting.
 */
export function checkHuggingFaceConfig(file: string, entries: ReadonlyMap<string, TensorInfo>): void {
  if (!existsSync(file)) return;
  let config: unknown;
  try {
    config = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new UserError(`${file} is not JSON`);
  }
  for (const [part, prefix] of [
    ["text_config", ""],
    ["vision_config", "visual."],
  ] as const) {
    const settings = isObject(config) ? config[part] : null;
    if (isObject(settings)) checkPart(`${file}: ${part}`, settings, prefix, entries);
  }
}

function checkPart(what: string, settings: Json, prefix: string, entries: ReadonlyMap<string, TensorInfo>): void {
  const blocks = new RegExp(`^${prefix.replace(".", "\\.")}transformer\\.resblocks\\.(\\d+)\\.`);
  const layers = 1 + Math.max(-1, ...[...entries.keys()].map((name) => Number(blocks.exec(name)?.[1] ?? -1)));
  const width = entries.get(prefix ? `${prefix}class_embedding` : "ln_final.weight")?.shape[0];
  const expect = (key: string, wanted: unknown): void => {
    const found = settings[key];
    if (found !== undefined && found !== null && wanted !== undefined && found !== wanted) {
      throw new UserError(
        `${what}.${key} is ${JSON.stringify(found)}, but these weights and this model have ${wanted}`,
      );
    }
  };
  expect("num_hidden_layers", layers);
  expect("hidden_size", width);
  if (width !== undefined) expect("num_attention_heads", Math.max(1, Math.floor(width / HEAD_WIDTH)));
  expect("hidden_act", ACTIVATION);
  expect("layer_norm_eps", LAYER_NORM_EPS);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null;
}
