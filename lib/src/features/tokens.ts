/** Cached features as the tensors a recogniser takes. */
import { type RecognizerConfig, usesLevels, type VideoTokens } from "../models/recognizer.js";
import { fusedLevels } from "../models/vghif.js";
import type { Tensor } from "../nn/array.js";
import type { HostTensor } from "../weights/safetensors.js";
import type { VideoFeature } from "./cache.js";
import { disposeLent, lentTensor } from "./lent-arrays.js";

/** Tensors of B videos -> one tensor; those of one video [.., D] stand one after another along their first axis. */
function stack(videos: readonly (readonly HostTensor[])[]): Tensor {
  const [first] = videos as readonly [readonly HostTensor[]];
  const length = first.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return lentTensor([videos.length, length, ...first[0]!.shape.slice(1)], (joined) => {
    let at = 0;
    for (const { data } of videos.flat()) {
      joined.set(data, at);
      at += data.length;
    }
  });
}

/** The named tensors of one level that make up a selection, in `selectTokens`'s order. */
function partsOf(level: number, select: "cls" | "patch" | "cls+patch" | "all"): string[] {
  return select.split("+").map((part) => `level.${level}.${part}`);
}

/** The tokens of B videos for this recogniser; owned by the caller. */
export function stackTokens(config: RecognizerConfig, features: readonly VideoFeature[]): VideoTokens {
  const named = (...names: string[]): Tensor =>
    stack(
      features.map((feature) =>
        names.map((name) => {
          const tensor = feature.get(name);
          if (!tensor) throw new Error(`cached features lack "${name}"`);
          return tensor;
        }),
      ),
    );
  const { vghif, backbone } = config;
  const last = backbone.needsPatches ? { cls: named("cls"), patches: named("patches") } : { cls: named("cls") };
  if (!vghif || !usesLevels(config)) return { ...last, levels: [] };
  const levels = fusedLevels(vghif, backbone.config.visionLayers).map((level) =>
    named(...partsOf(level, vghif.select)),
  );
  return { ...last, levels };
}

/** Frees what `stackTokens` made. */
export function disposeTokens({ cls, patches, levels }: VideoTokens): void {
  for (const tensor of [cls, ...(patches ? [patches] : []), ...levels]) disposeLent(tensor);
}
