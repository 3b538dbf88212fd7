/**
 * A small anti-aliased rasteriser. The stage is a unit square, x to the right and y down; a frame of any size shows
 * it through a camera, with more to its left and right where the frame is wider than high.
 */
import { mix, type Rgb } from "./colours.js";
import { distanceTo, type Form } from "./forms.js";

export type Texture = "plain" | "striped" | "dotted" | "checkered";

export interface Paint {
  readonly colour: Rgb;
  /** The stripes', dots' or squares' colour. */
  readonly second: Rgb;
  readonly texture: Texture;
  /** The rim, about a pixel wide; null for none. */
  readonly outline: Rgb | null;
}

/** One form on the stage. Lengths in stage units (1 = the frame's height at zoom 1). */
export interface Shape {
  readonly form: Form;
  readonly x: number;
  readonly y: number;
  /** Half width and half height before turning. */
  readonly sx: number;
  readonly sy: number;
  /** Clockwise, radians. */
  readonly angle: number;
  readonly paint: Paint;
  /** Opacity, 0 to 1. */
  readonly alpha: number;
  /** What it is a part of, in words: "a wall". Absent where the action alone tells. */
  readonly thing?: string;
}

/** What part of the stage the frame shows. The neutral camera is at (0.5, 0.5), zoom 1. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

/** Pixel values 0 to 255 before rounding, row by row, [height, width, 3]. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float32Array;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export function canvasOf({ width, height }: Size): Canvas {
  return { width, height, rgb: new Float32Array(width * height * 3) };
}

/** Where a point of the frame (pixels) is on the stage. */
export function stagePoint(
  { width, height }: Size,
  camera: Camera,
  column: number,
  row: number,
): [x: number, y: number] {
  const scale = height * camera.zoom;
  return [(column - width / 2) / scale + camera.x, (row - height / 2) / scale + camera.y];
}

/** Whether a point of the stage is inside a shape that can be seen. */
export function covers(shape: Shape, x: number, y: number): boolean {
  const { form, sx, sy, alpha, angle } = shape;
  if (alpha <= 0.3 || sx <= 0 || sy <= 0) return false;
  const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
  const [dx, dy] = [x - shape.x, y - shape.y];
  return distanceTo(form, dx * cosine + dy * sine, dy * cosine - dx * sine, sx, sy) < 0;
}

const OUTLINE = 0.011;

/** Draws shapes over what is there, first to last. */
export function drawShapes(canvas: Canvas, camera: Camera, shapes: readonly Shape[]): void {
  for (const shape of shapes) drawShape(canvas, camera, shape);
}

function drawShape(canvas: Canvas, camera: Camera, shape: Shape): void {
  const { width, height, rgb } = canvas;
  const { form, sx, sy, alpha, paint } = shape;
  if (alpha <= 0 || sx <= 0 || sy <= 0) return;
  const scale = height * camera.zoom;
  const left = width / 2 - camera.x * scale;
  const top = height / 2 - camera.y * scale;
  const cosine = Math.cos(shape.angle);
  const sine = Math.sin(shape.angle);

  const reachX = Math.abs(sx * cosine) + Math.abs(sy * sine);
  const reachY = Math.abs(sx * sine) + Math.abs(sy * cosine);
  const firstX = Math.max(0, Math.floor((shape.x - reachX) * scale + left - 1));
  const lastX = Math.min(width - 1, Math.ceil((shape.x + reachX) * scale + left + 1));
  const firstY = Math.max(0, Math.floor((shape.y - reachY) * scale + top - 1));
  const lastY = Math.min(height - 1, Math.ceil((shape.y + reachY) * scale + top + 1));

  const { texture, outline } = paint;
  const soft = texture === "plain" ? 0 : 1;
  const light = mix(paint.colour, [255, 255, 255], 0.18);
  const dark = mix(paint.colour, [0, 0, 0], 0.18);
  for (let row = firstY; row <= lastY; row++) {
    const dy = (row + 0.5 - top) / scale - shape.y;
    for (let column = firstX; column <= lastX; column++) {
      const dx = (column + 0.5 - left) / scale - shape.x;
      const x = dx * cosine + dy * sine;
      const y = dy * cosine - dx * sine;
      const distance = distanceTo(form, x, y, sx, sy);
      const cover = alpha * Math.min(1, 0.5 - distance * scale);
      if (cover <= 0) continue;

      const u = x / sx;
      const v = y / sy;
      let colour: Rgb = paint.colour;
      if (outline !== null && distance > -OUTLINE) colour = outline;
      else if (soft === 1) colour = isSecond(texture, u, v) ? paint.second : paint.colour;
      else colour = dx / sx + dy / sy < -0.5 ? light : dx / sx + dy / sy > 0.7 ? dark : paint.colour;
      const at = (row * width + column) * 3;
      rgb[at] = rgb[at]! + (colour[0] - rgb[at]!) * cover;
      rgb[at + 1] = rgb[at + 1]! + (colour[1] - rgb[at + 1]!) * cover;
      rgb[at + 2] = rgb[at + 2]! + (colour[2] - rgb[at + 2]!) * cover;
    }
  }
}

/** Whether a point of a shape (u, v in -1..1) has the texture's second colour. */
function isSecond(texture: Texture, u: number, v: number): boolean {
  switch (texture) {
    case "plain":
      return false;
    case "striped":
      return Math.floor((u + 1) * 2.5) % 2 === 1;
    case "checkered":
      return (Math.floor((u + 1) * 1.999) + Math.floor((v + 1) * 1.999)) % 2 === 1;
    case "dotted": {
      const x = (u + 1.25) % 0.83;
      const y = (v + 1.25) % 0.83;
      return (x - 0.415) ** 2 + (y - 0.415) ** 2 < 0.055;
    }
  }
}
