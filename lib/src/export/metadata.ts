/** What an exported file says about itself (ONNX metadata_props): all that its user needs besides the file. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { NORM_CONSTANTS } from "../data/frames/normalise.js";
import { videoTransform } from "../data/frames/transforms.js";
import type { Recognizer } from "../evaluate/recognizer.js";
import { PACKAGE_ROOT } from "../project.js";
import type { ClassChoice } from "./options.js";

/** "0.1.0" */
export function packageVersion(): string {
  const text = readFileSync(path.join(PACKAGE_ROOT, "package.json"), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}

/**
 * Keys and values, all text, those marked here as JSON. Pixels are (value - mean) / std with value 0..255, red,
 * green, blue; the sampled frames are the centres of `vghif.frames` equal parts of the video.
 *   vghif.labels (JSON): class names in the order of the logits; absent where the classes are an input
 *   vghif.template, vghif.frames, vghif.batch ("any" or a number), vghif.image_size, vghif.mean (JSON), vghif.std (JSON)
 *   vghif.transform (JSON): the resize and crop before, as `TransformSpec`
 *   vghif.weights, vghif.weights_sha256, vghif.package
 *   vghif.backbone (its family), vghif.sizes (JSON), vghif.config (JSON): the fusion, null for a baseline
 *   vghif.text_context: learned prompt tokens; token ids have as many placeholder words before the class's own
 */
export function fileMetadata(
  { config, template, weights, hash }: Recognizer,
  classes: ClassChoice,
  frames: number,
  batch: number | "any",
): Record<string, string> {
  const size = config.backbone.config.imageResolution;
  const transform = videoTransform(size);
  const { range, mean, std } = NORM_CONSTANTS[transform.norm];
  const scaled = (values: readonly number[]): string => JSON.stringify(values.map((value) => value * range));
  return {
    ...("labels" in classes ? { "vghif.labels": JSON.stringify(classes.labels) } : {}),
    "vghif.template": ("labels" in classes ? classes.template : undefined) ?? template,
    "vghif.frames": String(frames),
    "vghif.batch": String(batch),
    "vghif.image_size": String(size),
    "vghif.mean": scaled(mean),
    "vghif.std": scaled(std),
    "vghif.transform": JSON.stringify(transform),
    "vghif.weights": path.basename(weights),
    "vghif.weights_sha256": hash,
    "vghif.backbone": config.backbone.family,
    "vghif.text_context": String(config.backbone.textContext),
    "vghif.sizes": JSON.stringify(config.backbone.config),
    "vghif.config": JSON.stringify(config.vghif),
    "vghif.package": `vghif ${packageVersion()}`,
  };
}
