/** A container may ask for the picture to be turned or mirrored when shown; phones do so instead of turning pixels. */

/** How a decoded picture is laid out for showing: transposed first, then mirrored in either direction. */
export interface Orientation {
  readonly transpose: boolean;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

export const UPRIGHT: Orientation = { transpose: false, flipX: false, flipY: false };

/**
 * Reads FFmpeg's display matrix (9 native 32-bit integers; shown x = a*x + c*y, shown y = b*x + d*y from entries 0, 1, 3, 4).
 * Angles between the quarter turns are taken to the nearest one.
 */
export function orientationOf(matrix: Buffer | null): Orientation {
  if (!matrix || matrix.length < 36) return UPRIGHT;
  const values = new Int32Array(matrix.buffer.slice(matrix.byteOffset, matrix.byteOffset + 36));
  const [a, b, c, d] = [values[0]!, values[1]!, values[3]!, values[4]!];
  if (Math.abs(b) > Math.abs(a)) return { transpose: true, flipX: c < 0, flipY: b < 0 };
  return { transpose: false, flipX: a < 0, flipY: d < 0 };
}

/** Clockwise turn in degrees: 0, 90, 180 or 270; a mirrored picture counts as the turn that remains after mirroring x. */
export function degreesOf({ transpose, flipX, flipY }: Orientation): 0 | 90 | 180 | 270 {
  if (transpose) return flipY ? 270 : 90;
  return flipX && flipY ? 180 : 0;
}

/** The display matrix that asks for a clockwise turn of a picture; shifts are left 0, as players ignore them. */
export function displayMatrix(degrees: 0 | 90 | 180 | 270): Int32Array {
  const one = 1 << 16;
  const cos = degrees === 0 ? one : degrees === 180 ? -one : 0;
  const sin = degrees === 90 ? one : degrees === 270 ? -one : 0;
  return Int32Array.of(cos, sin, 0, -sin, cos, 0, 0, 0, 1 << 30);
}

/** Lays out one RGB picture [height, width, 3] into `out`, [width, height, 3] where transposed. */
export function orient(picture: Uint8Array, width: number, height: number, how: Orientation, out: Uint8Array): void {
  const shownWidth = how.transpose ? height : width;
  const shownHeight = how.transpose ? width : height;
  let at = 0;
  for (let shownY = 0; shownY < shownHeight; shownY++) {
    const v = how.flipY ? shownHeight - 1 - shownY : shownY;
    for (let shownX = 0; shownX < shownWidth; shownX++) {
      const u = how.flipX ? shownWidth - 1 - shownX : shownX;
      const from = (how.transpose ? u * width + v : v * width + u) * 3;
      out[at++] = picture[from]!;
      out[at++] = picture[from + 1]!;
      out[at++] = picture[from + 2]!;
    }
  }
}
