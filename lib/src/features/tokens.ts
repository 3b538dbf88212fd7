/** Cached features as the tensors a recogniser takes. */

import { type RecognizerConfig, usesLevels, type VideoTokens } from "../models/recognizer.js";
import { fusedLevels } from "../models/vghif.js";
import { type Tensor, tf } from "../nn/array.js";
import type { HostTensor } from "../weights/safetensors.js";
import type { VideoFeature } from "./cache.js";

/** Equally shaped host tensors [..] -> one tensor [B, ..]. */
function stack(parts: readonly HostTensor[]): Tensor {
  const [first] = parts as readonly [HostTensor];
  const joined = new Float32Array(parts.length * first.data.length);
  for (const [at, part] of parts.entries()) joined.set(part.data, at * first.data.length);
  return tf.tensor(joined, [parts.length, ...first.shape]);
}

/** The named tensors of one level that make up a selection, in `selectTokens`'s order. */
function partsOf(level: number, select: "cls" | "patch" | "cls+patch" | "all"): string[] {
  return select.split("+").map((part) => `level.${level}.${part}`);
}

/** The tokens of B videos for this recogniser; owned by the caller. */
export function stackTokens(config: RecognizerConfig, features: readonly VideoFeature[]): VideoTokens {
  const named = (name: string): Tensor =>
    stack(
      features.map((feature) => {
        const tensor = feature.get(name);
        if (!tensor) throw new Error(`cached features lack "${name}"`);
        return tensor;
      }),
    );
  const { vghif, backbone } = config;
  const last = backbone.needsPatches ? { cls: named("cls"), patches: named("patches") } : { cls: named("cls") };
  if (!vghif || !usesLevels(config)) return { ...last, levels: [] };
  const levels = fusedLevels(vghif, backbone.config.visionLayers).map((level) =>
    tf.tidy(() => {
      const parts = partsOf(level, vghif.select).map(named);
      return parts.length === 1 ? parts[0]! : tf.concat(parts, 1);
    }),
  );
  return { ...last, levels };
}

/** Frees what `stackTokens` made. */
export function disposeTokens(tokens: VideoTokens): void {
  tf.dispose([tokens.cls, ...(tokens.patches ? [tokens.patches] : []), ...tokens.levels]);
}
