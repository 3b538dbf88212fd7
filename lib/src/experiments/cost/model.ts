/** The two sides of a cost as models that run: a baseline and its twin, on the same video and the same class texts. */
import { random } from "../../data/random.js";
import { compile } from "../../engine/compile/compile.js";
import type { Value } from "../../engine/compile/tree.js";
import { compiles, startEngine } from "../../engine/index.js";
import type { VideoTextBackbone } from "../../models/backbone.js";
import { CLIP_SIZES } from "../../models/clip-config.js";
import { FAMILIES, type Family } from "../../models/families.js";
import { recognize, videoTokens } from "../../models/recognizer.js";
import type { VghifConfig } from "../../models/vghif-config.js";
import { initFusion } from "../../models/vghif-params.js";
import { type Params, type Tensor, tf } from "../../nn/array.js";
import { disposeParams } from "../../weights/load.js";
import { loadBackbone } from "../../weights/load-backbone.js";
import { weightsFile } from "../../weights/registry.js";
import type { CostSpec } from "./spec.js";

export type SideName = "baseline" | "vghif";

export interface Recognition {
  /** Recognises one video: from frames in memory to class scores in memory. */
  run(): Promise<void>;
  /** Frees what is its own; nothing may run any more. */
  release(): Promise<void>;
}

interface Inputs {
  readonly pixels: Tensor;
  readonly pooled: Tensor;
}

/** The backbone of an official size. */
export function officialBackbone({ model, size, frames }: CostSpec): VideoTextBackbone {
  if (size === "smoke-clip") throw new Error("smoke-clip is no official size: its backbone comes with its weights");
  const family: Family = FAMILIES[model];
  return family.onClip(CLIP_SIZES[size], { frames });
}

/** The spec's backbone from its weights; what its family adds to CLIP is drawn. The parameters are the caller's. */
export async function loadedBackbone({
  model,
  size,
  frames,
}: CostSpec): Promise<{ backbone: VideoTextBackbone; params: Params }> {
  await startEngine();
  const draws = (name: string) => random(0).fork("backbone").fork(name);
  return loadBackbone(weightsFile(size), { family: model, frames, draws, drawsKey: () => "0" });
}

/**
 * One side ready to run, compiled where the engine compiles. Frames and texts are drawn: time does not depend on their values.
 * The gates are drawn too, since a product with a constant 0 could be left out.
 */
export async function recognition(
  { vghif: fusion, frames, classes }: CostSpec,
  backbone: VideoTextBackbone,
  backboneParams: Params,
  side: SideName,
): Promise<Recognition> {
  const vghif = side === "vghif" ? fusion : null;
  const fusionParams = vghif ? openFusion(vghif, backbone, backboneParams) : {};
  const params: Params = { ...backboneParams, ...fusionParams };
  const config = { backbone, vghif };
  const { imageResolution: size, textWidth } = backbone.config;
  const inputs = {
    pixels: drawn("pixels", [1, frames, 3, size, size]),
    pooled: drawn("texts", [classes, textWidth]),
  };
  const scores = ({ pixels, pooled }: Inputs): { logits: Tensor } => ({
    logits: recognize(params, config, videoTokens(params, config, pixels), { pooled }).logits,
  });
  if (compiles()) {
    const program = await compile<Inputs, { logits: Tensor }>(scores, inputs);
    return {
      run: async () => void (await program.run(inputs)),
      release: async () => {
        await program.release();
        disposeParams(fusionParams);
      },
    };
  }
  return {
    run: async () => {
      const logits = tf.tidy(() => scores({ pixels: tensorOf(inputs.pixels), pooled: tensorOf(inputs.pooled) }).logits);
      await logits.data();
      logits.dispose();
    },
    release: async () => disposeParams(fusionParams),
  };
}

function openFusion(vghif: VghifConfig, backbone: VideoTextBackbone, params: Params): Params {
  const stream = random(0).fork("fusion");
  const fusion = initFusion(vghif, backbone.config, params, stream.normal);
  const opened = Object.entries(fusion).map(([name, value]) => {
    if (!name.endsWith(".gate")) return [name, value] as const;
    value.dispose();
    return [name, tensorOf(drawn(name, value.shape))] as const;
  });
  return Object.fromEntries(opened);
}

function drawn(name: string, shape: readonly number[]): Value {
  const { normal } = random(0).fork(name);
  const size = shape.reduce((product, length) => product * length, 1);
  return { data: Float32Array.from({ length: size }, () => normal()), shape };
}

function tensorOf({ data, shape }: Value): Tensor {
  return tf.tensor(data, [...shape], "float32");
}
