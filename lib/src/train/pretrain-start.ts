/** Start values of a CLIP that is trained from nothing. */
import { normaliseInto, normTable } from "../data/frames/normalise.js";
import { captionedFrame } from "../data/generated/captioned.js";
import { random } from "../data/random.js";
import { type ClipConfig, clipShapes } from "../models/clip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import { whiteningFilters } from "./patch-start.js";
import type { TensorRecord } from "./step.js";

/**
 * Start values in the manner of clip/model.py CLIP.initialize_parameters: normal, with standard deviations by width and
 * depth; norms the identity, biases 0, logit scale ln(1 / 0.07). Owned by the caller.
 */
export function initClip(config: ClipConfig, seed: number): TensorRecord {
  const params: TensorRecord = {};
  for (const [name, shape] of clipShapes(config)) {
    const { normal } = random(seed).fork("clip").fork(name);
    if (name === "visual.positional_embedding") {
      params[name] = gridPositions(config);
      continue;
    }
    if (name === "visual.conv1.weight") {
      params[name] = tf.tensor(patchFilters(config, seed), shape);
      continue;
    }
    const std = startStd(name, config);
    const size = shape.reduce((product, n) => product * n, 1);
    if (name === "logit_scale") params[name] = tf.scalar(Math.log(1 / 0.07));
    else if (std === null) params[name] = tf.fill(shape, name.endsWith(".weight") ? 1 : 0);
    else
      params[name] = tf.tensor(
        Float32Array.from({ length: size }, () => std * normal()),
        shape,
      );
  }
  return params;
}

/** Frames whose patches set the patch filters. */
const SAMPLE_FRAMES = 96;

function patchFilters({ imageResolution: size, patchSize, visionWidth }: ClipConfig, seed: number): Float32Array {
  const frames = new Float32Array(SAMPLE_FRAMES * 3 * size * size);
  const table = normTable("imagenet");
  for (let at = 0; at < SAMPLE_FRAMES; at++) {
    const { rgb } = captionedFrame(seed, -1 - at, size);
    const own = frames.subarray(at * 3 * size * size, (at + 1) * 3 * size * size);
    normaliseInto(own, rgb, size, { left: 0, top: 0, width: size, height: size }, table);
  }
  return whiteningFilters(frames, size, patchSize, visionWidth);
}

/** Root mean square of the start values of visual positions, against about 1 of the patches. */
const POSITION_SCALE = 0.4;

/**
 * Sines and cosines of row and column at geometric wavelengths (Beyer et al. 2022, "Better plain ViT baselines"):
 * [1+N, D]. Patches that are near start alike, which a small model has no data to learn.
 */
function gridPositions({ imageResolution, patchSize, visionWidth }: ClipConfig): Tensor {
  const grid = imageResolution / patchSize;
  const quarter = visionWidth / 4;
  const rows = [new Array<number>(visionWidth).fill(0)];
  for (let cell = 0; cell < grid * grid; cell++) {
    const place = [Math.floor(cell / grid), cell % grid];
    rows.push(
      Array.from({ length: visionWidth }, (_, at) => {
        const angle = place[Math.floor(at / (2 * quarter))]! * 100 ** -((at % quarter) / quarter);
        return POSITION_SCALE * Math.SQRT2 * (at % (2 * quarter) < quarter ? Math.sin(angle) : Math.cos(angle));
      }),
    );
  }
  return tf.tensor2d(rows);
}

/** null: not random. */
function startStd(name: string, config: ClipConfig): number | null {
  const visual = name.startsWith("visual.");
  const width = visual ? config.visionWidth : config.textWidth;
  const layers = visual ? config.visionLayers : config.textLayers;
  if (name === "token_embedding.weight") return 0.02;
  if (name === "positional_embedding") return 0.01;
  if (name === "visual.conv1.weight") return (3 * config.patchSize ** 2) ** -0.5;
  if (name.endsWith("in_proj_weight") || name.endsWith("_embedding") || /(^|\.)(text_)?proj(ection)?$/.test(name)) {
    return width ** -0.5;
  }
  if (name.endsWith("out_proj.weight") || name.endsWith("c_proj.weight")) return width ** -0.5 * (2 * layers) ** -0.5;
  if (name.endsWith("c_fc.weight")) return (2 * width) ** -0.5;
  return null;
}
