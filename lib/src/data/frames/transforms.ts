/** Frames as decoded to the tensor a model takes: resize, crop, normalise, as the official code does each. */
import { type Norm, normaliseInto, normTable } from "./normalise.js";
import { resizeBicubic } from "./resize-bicubic.js";
import { BilinearResize, resizeBilinear } from "./resize-bilinear.js";
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
  const transform = new ClipTransform(frames.width, frames.height, frames.count, spec);
  for (let t = 0; t < frames.count; t++) transform.add(frameOf(frames, t), [t]);
  return transform.pixels;
}

/** Transforms the frames of one clip, of any one size, one at a time and in any order. */
export class ClipTransform {
  /** [views * count, 3, size, size]. */
  readonly pixels: Float32Array;
  private readonly table: Float32Array;
  private readonly crops: readonly Region[];
  /** What is computed of a resized picture. One crop: only its pixels. Several overlap: the picture is resized once. */
  private readonly computed: Region;
  private readonly bilinear: BilinearResize | null;
  private readonly plane: number;

  constructor(
    private readonly width: number,
    private readonly height: number,
    private readonly count: number,
    private readonly spec: TransformSpec,
  ) {
    if (spec.shortSide < spec.size) {
      throw new RangeError(`transform: short side ${spec.shortSide} is smaller than the crop, ${spec.size}`);
    }
    const target = resizedSize(width, height, spec);
    this.crops = cropRegions(target.width, target.height, spec);
    this.computed = this.crops.length === 1 ? this.crops[0]! : { left: 0, top: 0, ...target };
    this.bilinear =
      spec.resize === "cv2-bilinear"
        ? new BilinearResize(width, height, target.width, target.height, this.computed)
        : null;
    this.table = normTable(spec.norm);
    this.plane = 3 * spec.size * spec.size;
    this.pixels = new Float32Array(this.crops.length * count * this.plane);
  }

  /** Puts `picture`, 8-bit RGB [height, width, 3], at these places of every view; at least one. */
  add(picture: Uint8Array, places: readonly number[]): void {
    const [first, ...others] = places as [number, ...number[]];
    this.put(picture, first);
    for (let view = 0; view < this.crops.length; view++) {
      const made = this.outOf(view * this.count + first);
      for (const other of others) this.outOf(view * this.count + other).set(made);
    }
  }

  private put(picture: Uint8Array, t: number): void {
    if (this.crops.length === 1 && this.bilinear) {
      this.bilinear.planes(picture, this.table, this.outOf(t));
      return;
    }
    const resized = this.bilinear?.picture(picture) ?? this.bicubic(picture);
    for (const [view, crop] of this.crops.entries()) {
      const inside: Region = { ...crop, left: crop.left - this.computed.left, top: crop.top - this.computed.top };
      normaliseInto(this.outOf(view * this.count + t), resized, this.computed.width, inside, this.table);
    }
  }

  private bicubic(picture: Uint8Array): Uint8Array {
    const target = resizedSize(this.width, this.height, this.spec);
    return resizeBicubic(picture, this.width, this.height, target.width, target.height, this.computed);
  }

  private outOf(frame: number): Float32Array {
    return this.pixels.subarray(frame * this.plane, (frame + 1) * this.plane);
  }
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
