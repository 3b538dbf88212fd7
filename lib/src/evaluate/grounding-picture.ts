/** The grounding map of one label over a video's frames, as one SVG that needs nothing else. */
import { createHash } from "node:crypto";
import path from "node:path";
import sharp from "sharp";
import { loadClip } from "../data/frames/load.js";
import { normTable } from "../data/frames/normalise.js";
import { videoTransform } from "../data/frames/transforms.js";
import { sourceName, type VideoSource } from "../data/video/source.js";
import { UserError } from "../errors.js";
import type { Classified } from "./classify.js";
import { type Grounding, groundingOf } from "./grounding.js";
import type { Recognizer } from "./recognizer.js";

export interface GroundingPictureOptions {
  /** Width and height of a frame in the picture, pixels. Default 112. */
  readonly frameSize?: number;
  /** At most this many frames are drawn, evenly chosen. Default 8. */
  readonly columns?: number;
}

const GAP = 4;
const LABEL_WIDTH = 84;
const HEAD = 34;
const BAR = 10;

/**
 * Frames as the model saw them (same sampling, same crop), one row of overlays a visit of the fusion: red where the label's
 * text looked, scaled to the row's largest weight; the bar below a frame is the weight of its class token.
 */
export async function groundingPicture(
  recognizer: Recognizer,
  video: VideoSource,
  result: Classified,
  labels: readonly string[],
  label: string,
  options: GroundingPictureOptions = {},
): Promise<string> {
  const { frameSize = 112, columns = 8 } = options;
  const place = labels.indexOf(label);
  if (place < 0) throw new UserError(`label "${label}" is not among the labels that were classified`);
  if (result.attention.length === 0)
    throw new UserError(`${recognizer.weights} has no fusion that attends: no map to show`);
  const total = result.indices.length;
  const shown = Array.from({ length: Math.min(columns, total) }, (_, at) =>
    Math.floor((at * total) / Math.min(columns, total)),
  );
  const pictures = await framePictures(video, total, shown, frameSize);
  const rows = result.attention.map((visit) => groundingOf(visit, place, recognizer.config, total));
  const rowHeight = frameSize + BAR + 2 * GAP;
  const width = LABEL_WIDTH + shown.length * (frameSize + GAP);
  const height = HEAD + rows.length * rowHeight;
  // Pictures of one page share their ids: a name of this one's own keeps it from showing another's frames.
  const name = createHash("sha256")
    .update([path.basename(sourceName(video)), label, ...pictures].join("\n"))
    .digest("hex")
    .slice(0, 8);
  const drawn = await Promise.all(rows.map((row, at) => drawnRow(row, `${name}-h${at}`)));
  const title = `Where the text “${escapeXml(label)}” looked`;
  const square = `width="${frameSize}" height="${frameSize}"`;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="12">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="4" y="20" font-size="14" fill="#111">${title}</text>`,
    "<defs>",
    ...pictures.map((uri, at) => `<image id="${name}-f${at}" ${square} href="${uri}"/>`),
    ...drawn.flatMap(({ heats }) =>
      heats.map(({ id, uri }) => `<image id="${id}" ${square} preserveAspectRatio="none" href="${uri}"/>`),
    ),
    "</defs>",
  ];
  const passes = rows.some(({ pass }) => pass > 0);
  for (const [at, row] of drawn.entries()) {
    parts.push(...rowPicture(row, shown, HEAD + at * rowHeight, frameSize, passes, name));
  }
  return [...parts, "</svg>"].join("\n");
}

/** A row with the pictures of its weights: one for all frames, or one a frame. */
interface DrawnRow {
  readonly row: Grounding;
  readonly heats: readonly { readonly id: string; readonly uri: string }[];
}

async function drawnRow(row: Grounding, name: string): Promise<DrawnRow> {
  const strongest = Math.max(...row.maps.flat(), 0);
  const uris = await Promise.all(row.maps.map((map) => heatPicture(map, row.grid, strongest)));
  return { row, heats: uris.map((uri, at) => ({ id: `${name}-${at}`, uri })) };
}

function rowPicture(
  { row, heats }: DrawnRow,
  shown: readonly number[],
  top: number,
  size: number,
  passes: boolean,
  name: string,
): string[] {
  const title = passes ? `block ${row.block}, pass ${row.pass + 1}` : `block ${row.block}`;
  const parts = [`<text x="4" y="${top + size / 2}" fill="#111">${title}</text>`];
  const most = Math.max(...(row.frames ?? [0]));
  for (const [column, frame] of shown.entries()) {
    const x = LABEL_WIDTH + column * (size + GAP);
    parts.push(`<use href="#${name}-f${column}" x="${x}" y="${top}"/>`);
    const heat = heats.length > 1 ? heats[frame] : heats[0];
    if (heat) parts.push(`<use href="#${heat.id}" x="${x}" y="${top}"/>`);
    if (row.frames) {
      const length = (size * (row.frames[frame]! / (most || 1))).toFixed(1);
      parts.push(`<rect x="${x}" y="${top + size + GAP / 2}" width="${length}" height="${BAR - 4}" fill="#c1272d"/>`);
    }
  }
  return parts;
}

/** The chosen frames as data URIs of JPEG pictures, cut as the model's transform cuts them. */
export async function framePictures(
  video: VideoSource,
  total: number,
  shown: readonly number[],
  size: number,
): Promise<string[]> {
  const { pixels } = await loadClip(video, { frames: total, transform: videoTransform(size) });
  const table = normTable("imagenet");
  const plane = size * size;
  return Promise.all(
    shown.map(async (frame) => {
      const rgb = Buffer.alloc(3 * plane);
      for (let c = 0; c < 3; c++) {
        const [low, step] = [table[c * 256]!, (table[c * 256 + 255]! - table[c * 256]!) / 255];
        for (let at = 0; at < plane; at++) {
          rgb[3 * at + c] = Math.round((pixels[(frame * 3 + c) * plane + at]! - low) / step);
        }
      }
      const jpeg = await sharp(rgb, { raw: { width: size, height: size, channels: 3 } })
        .jpeg({ quality: 72 })
        .toBuffer();
      return `data:image/jpeg;base64,${jpeg.toString("base64")}`;
    }),
  );
}

/** Weights [N] as a translucent red picture, its opacity in proportion to `strongest`, smoothed to 8 pixels a patch. */
async function heatPicture(map: readonly number[], grid: number, strongest: number): Promise<string> {
  const rgba = Buffer.alloc(4 * grid * grid);
  for (const [at, weight] of map.entries()) {
    rgba.set([220, 20, 30, Math.round((200 * weight) / (strongest || 1))], 4 * at);
  }
  const png = await sharp(rgba, { raw: { width: grid, height: grid, channels: 4 } })
    .resize(grid * 4, grid * 4, { kernel: "cubic" })
    .png({ palette: true, compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
