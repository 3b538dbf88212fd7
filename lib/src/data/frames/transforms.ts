/** Frames as decoded to the tensor a model takes: resize, crop, normalise, as the official code does each. */
import { type Norm, normaliseInto, normTable } from "./normalise.js";
import { resizeBicubic } from "./resize-bicubic.js";
import { resizeBilinear } from "./resize-bilinear.js";
import { frameOf, type Region, type RgbFrames } from "./rgb.js";
import { roundHalfEven } from "./round.js";

/** What happens to every frame; JSON-serialisable, part of a record's and a feature cache's key. */
export interface TransformSpec {
  /**
   * `cv2-bilinear`: OpenCV, not antialiased, sizes as mmcv's `rescale_size` (video models).
   * `pil-bicubic`: Pillow, antialiased, sizes as torchvision's `Resize` (CLIP's image transform).
   */
  readonly resize: "cv2-bilinear" | "pil-bicubic";
  /** The shorter side after resizing, pixels; at least `size`. */
  readonly shortSide: number;
  /** `center`: one view. `three`: left, right, middle (upright pictures: top, bottom, middle). */
  readonly crop: "center" | "three";
  /** Side of the square crop, pixels: the model's input size. */
  readonly size: number;
  readonly norm: Norm;
}

/** Single-view test transform of X-CLIP and ViFi-CLIP (`datasets/build.py`, val_pipeline): short side 256/224 of `size`. */
export function videoTransform(size: number): TransformSpec {
  const shortSide = Math.floor((256 / 224) * size);
  return { resize: "cv2-bilinear", shortSide, crop: "center", size, norm: "imagenet" };
}

/** Three-crop test transform of X-CLIP and ViFi-CLIP (NUM_CROP 3): short side `size`. */
export function threeCropTransform(size: number): TransformSpec {
  return { resize: "cv2-bilinear", shortSide: size, crop: "three", size, norm: "imagenet" };
}

/** The image transform of OpenAI's CLIP (`clip/clip.py`, _transform). */
export function clipTransform(size: number): TransformSpec {
  return { resize: "pil-bicubic", shortSide: size, crop: "center", size, norm: "clip" };
}

/** Views that `spec` makes of a frame: 1 or 3. */
export function viewsOf(spec: TransformSpec): number {
  return spec.crop === "three" ? 3 : 1;
}

/**
 * Transforms T frames of any one size.
 * Returns [views * T, 3, size, size]: all frames of the first crop, then all of the next.
 */
export function applyTransform(frames: RgbFrames, spec: TransformSpec): Float32Array {
  if (spec.shortSide < spec.size) {
    throw new RangeError(`transform: short side ${spec.shortSide} is smaller than the crop, ${spec.size}`);
  }
  const target = resizedSize(frames.width, frames.height, spec);
  const crops = cropRegions(target.width, target.height, spec);
  const whole: Region = { left: 0, top: 0, ...target };
  const table = normTable(spec.norm);
  const pixels = 3 * spec.size * spec.size;
  const out = new Float32Array(crops.length * frames.count * pixels);
  for (let t = 0; t < frames.count; t++) {
    // One crop: only its pixels are computed. Several overlap: the frame is resized once.
    const computed = crops.length === 1 ? crops[0]! : whole;
    const resized = resizeFrame(frames, t, spec, computed);
    for (const [view, crop] of crops.entries()) {
      const inside: Region = { ...crop, left: crop.left - computed.left, top: crop.top - computed.top };
      const at = (view * frames.count + t) * pixels;
      normaliseInto(out.subarray(at, at + pixels), resized, computed.width, inside, table);
    }
  }
  return out;
}

/** The frames after the resize alone, whole: [T, h, w, 3]. */
export function resizeFrames(frames: RgbFrames, spec: TransformSpec): RgbFrames {
  const { width, height } = resizedSize(frames.width, frames.height, spec);
  const bytes = width * height * 3;
  const data = new Uint8Array(frames.count * bytes);
  const region: Region = { left: 0, top: 0, width, height };
  for (let t = 0; t < frames.count; t++) data.set(resizeFrame(frames, t, spec, region), t * bytes);
  return { count: frames.count, width, height, data };
}

function resizeFrame(frames: RgbFrames, t: number, spec: TransformSpec, region: Region): Uint8Array {
  const { width, height } = frames;
  const target = resizedSize(width, height, spec);
  const resize = spec.resize === "cv2-bilinear" ? resizeBilinear : resizeBicubic;
  return resize(frameOf(frames, t), width, height, target.width, target.height, region);
}

/** Size of a picture after `spec`'s resize. */
export function resizedSize(width: number, height: number, spec: TransformSpec): { width: number; height: number } {
  const { shortSide } = spec;
  if (spec.resize === "cv2-bilinear") {
    const factor = shortSide / Math.min(width, height);
    return { width: Math.trunc(width * factor + 0.5), height: Math.trunc(height * factor + 0.5) };
  }
  if (width <= height) return { width: shortSide, height: Math.trunc((shortSide * height) / width) };
  return { width: Math.trunc((shortSide * width) / height), height: shortSide };
}

/** The crops of `spec` in a resized picture, in the order of the views. */
export function cropRegions(width: number, height: number, spec: TransformSpec): Region[] {
  const { size } = spec;
  const square = (left: number, top: number): Region => ({ left, top, width: size, height: size });
  if (spec.crop === "three") {
    const upright = width < height;
    const step = Math.floor((upright ? height - size : width - size) / 2);
    return [0, 2 * step, step].map((at) => (upright ? square(0, at) : square(at, 0)));
  }
  const start = (length: number): number =>
    spec.resize === "cv2-bilinear" ? Math.floor((length - size) / 2) : roundHalfEven((length - size) / 2);
  return [square(start(width), start(height))];
}
