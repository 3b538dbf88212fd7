/**
 * A training clip from decoded frames: resize, crop, resize to the model's square, mirror, colours, gray, normalise; the order
 * of microsoft/VideoX `X-CLIP/datasets/build.py`, train_pipeline. Resizing is OpenCV's, colours are Pillow's, bit for bit.
 */
import { normaliseInto, normTable } from "../frames/normalise.js";
import { resizeBicubic } from "../frames/resize-bicubic.js";
import { resizeBilinear } from "../frames/resize-bilinear.js";
import { frameOf, type Region, type RgbFrames } from "../frames/rgb.js";
import { cropRegions, resizedSize, type TransformSpec } from "../frames/transforms.js";
import { type Random, random } from "../random.js";
import { applyJitter, drawJitter, type JitterDraw } from "./color-jitter.js";
import { flipRows } from "./flip.js";
import { grayPixels } from "./gray.js";
import { drawCrop } from "./multi-scale-crop.js";
import type { AugmentSpec } from "./spec.js";

/** What chance decided for a clip. */
export interface ClipDraw {
  /** In the picture after the first resize. */
  readonly crop: Region;
  readonly flip: boolean;
  /** One a frame; null: colours stay. */
  readonly jitter: readonly JitterDraw[] | null;
  readonly gray: boolean;
}

/**
 * Draws for a clip of `frames`, from the spec's seed and the draw's name alone. Every part has its own stream: to leave one out
 * changes no other.
 *
 * @throws RangeError where the transform's short side is below the model's input
 */
export function drawClip(
  { count, width, height }: RgbFrames,
  spec: AugmentSpec,
  transform: TransformSpec,
  draw: string,
): ClipDraw {
  const { shortSide, size } = transform;
  if (shortSide < size) throw new RangeError(`augment: short side ${shortSide} is smaller than the input, ${size}`);
  const stream = (part: string): Random => random(spec.seed).fork("augment").fork(draw).fork(part);
  const { crop, flip = 0, jitter, gray = 0 } = spec;
  const picture = resizedSize(width, height, transform);
  const centre = (): Region => cropRegions(picture.width, picture.height, { ...transform, crop: "center" })[0]!;
  return {
    crop: crop ? drawCrop(stream("crop"), picture, size, crop) : centre(),
    flip: stream("flip").chance(flip),
    jitter:
      jitter && stream("jitter").chance(jitter.chance)
        ? Array.from({ length: count }, (_, t) => drawJitter(stream(`jitter ${t}`), jitter))
        : null,
    gray: stream("gray").chance(gray),
  };
}

/** The clip as pictures [T, size, size, 3], before it is normalised. */
export function augmentPictures(frames: RgbFrames, drawn: ClipDraw, transform: TransformSpec): RgbFrames {
  const { size } = transform;
  const resize = transform.resize === "cv2-bilinear" ? resizeBilinear : resizeBicubic;
  const picture = resizedSize(frames.width, frames.height, transform);
  const { crop } = drawn;
  const whole: Region = { left: 0, top: 0, width: size, height: size };
  const bytes = size * size * 3;
  const data = new Uint8Array(frames.count * bytes);
  for (let t = 0; t < frames.count; t++) {
    // Of the first resize only the crop's pixels are computed.
    const cropped = resize(frameOf(frames, t), frames.width, frames.height, picture.width, picture.height, crop);
    const square =
      crop.width === size && crop.height === size
        ? cropped
        : resize(cropped, crop.width, crop.height, size, size, whole);
    if (drawn.flip) flipRows(square, size);
    if (drawn.jitter) applyJitter(square, drawn.jitter[t]!);
    if (drawn.gray) grayPixels(square);
    data.set(square, t * bytes);
  }
  return { count: frames.count, width: size, height: size, data };
}

/**
 * The varied clip as a model takes it, [T, 3, size, size].
 *
 * @param draw names this draw, such as "<path>#<epoch>"; the same name gives the same clip
 */
export function augmentFrames(
  frames: RgbFrames,
  spec: AugmentSpec,
  transform: TransformSpec,
  draw: string,
): Float32Array {
  const pictures = augmentPictures(frames, drawClip(frames, spec, transform, draw), transform);
  const { count, width, height } = pictures;
  const table = normTable(transform.norm);
  const pixels = 3 * width * height;
  const out = new Float32Array(count * pixels);
  for (let t = 0; t < count; t++) {
    const region: Region = { left: 0, top: 0, width, height };
    normaliseInto(out.subarray(t * pixels, (t + 1) * pixels), frameOf(pictures, t), width, region, table);
  }
  return out;
}
