/** Decoded pictures in memory: what the decoder gives and the transforms take. */

/** `count` pictures of one size: 8-bit RGB, interleaved, [count, height, width, 3]. */
export interface RgbFrames {
  readonly count: number;
  /** Pixels. */
  readonly width: number;
  /** Pixels. */
  readonly height: number;
  readonly data: Uint8Array;
}

/** One picture of the batch, [height, width, 3]; shares its memory. */
export function frameOf(frames: RgbFrames, index: number): Uint8Array {
  const bytes = frames.width * frames.height * 3;
  return frames.data.subarray(index * bytes, (index + 1) * bytes);
}

/** A rectangle of pixels inside a picture. */
export interface Region {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}
