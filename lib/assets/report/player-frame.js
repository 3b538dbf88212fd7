/** One frame of a video with the map of one visit of the fusion over it, drawn on a canvas. */
import { colour } from "./dom.js";

/**
 * @typedef {object} Visit
 * @property {number} pass from 0
 * @property {number} block of the visual encoder, from 1
 * @property {number} grid patches a side
 * @property {readonly number[] | null} frames weight of the class token of every frame that the model saw
 * @property {number} most largest weight of a patch
 * @property {readonly string[]} maps base64 of a byte a patch, 255 for the largest: one for all frames, or one a frame
 */

/**
 * @typedef {object} Video
 * @property {string} title
 * @property {string} about
 * @property {string} dataset
 * @property {string} model
 * @property {number} run its place in the page's list
 * @property {number} size pixels a side
 * @property {number} seen frames that the model saw; each stands for as many of those that play
 * @property {readonly string[]} frames data URIs
 * @property {readonly Visit[]} visits
 */

/** @typedef {{ readonly video: Video, readonly images: readonly HTMLImageElement[] }} Opened */

const BAR = 34;
const SCALE = 3;

/** @type {Map<Video, Promise<Opened>>} */
const known = new Map();

/**
 * Decodes the frames, once.
 *
 * @param {Video} video
 */
export function opened(video) {
  const opening = known.get(video) ?? decode(video);
  known.set(video, opening);
  return opening;
}

/**
 * @param {Video} video
 * @returns {Promise<Opened>}
 */
async function decode(video) {
  const images = video.frames.map((source) => {
    const image = new Image();
    image.src = source;
    return image;
  });
  await Promise.all(images.map((image) => image.decode()));
  return { video, images };
}

/**
 * Draws, and returns what is drawn in words.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {Opened} opened
 * @param {{ frame: number, block: number, pass: number, overlay: boolean }} choice
 */
export function paintFrame(canvas, { video, images }, { frame, block, pass, overlay }) {
  const side = video.size * SCALE;
  if (canvas.width !== side) Object.assign(canvas, { width: side, height: side + BAR });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.clearRect(0, 0, side, side + BAR);
  context.imageSmoothingQuality = "high";
  context.drawImage(/** @type {HTMLImageElement} */ (images[frame]), 0, 0, side, side);
  const visit = video.visits.find((one) => one.block === block && one.pass === pass);
  const seen = Math.floor((frame * video.seen) / images.length);
  const where = `Frame ${frame + 1} of ${images.length}, block ${block}, pass ${pass + 1}`;
  if (!visit) return `${where}: no map`;
  const map = visit.maps.length > 1 ? visit.maps[seen] : visit.maps[0];
  if (map && overlay) context.drawImage(heat(map, visit.grid), 0, 0, side, side);
  if (visit.frames) bars(context, visit.frames, seen, side);
  const patch = visit.maps.length > 0 ? `, brightest patch ${share(visit.most)} of the attention` : "";
  const token = visit.frames ? `, this frame's class token ${share(visit.frames[seen] ?? 0)}` : "";
  return `${where}${patch}${token}`;
}

/** @param {number} weight 0 to 1 */
function share(weight) {
  return `${Number((100 * weight).toPrecision(2))} %`;
}

/**
 * A map as a translucent red picture of a pixel a patch.
 *
 * @param {string} map
 * @param {number} grid
 */
function heat(map, grid) {
  const picture = document.createElement("canvas");
  Object.assign(picture, { width: grid, height: grid });
  const context = /** @type {CanvasRenderingContext2D} */ (picture.getContext("2d"));
  const image = context.createImageData(grid, grid);
  const weights = atob(map);
  for (let at = 0; at < grid * grid; at++) {
    image.data.set([226, 18, 30, Math.round(0.8 * weights.charCodeAt(at))], 4 * at);
  }
  context.putImageData(image, 0, 0);
  return picture;
}

/**
 * A bar for the class token of every frame that the model saw; the one on the screen stands out.
 *
 * @param {CanvasRenderingContext2D} context
 * @param {readonly number[]} weights
 * @param {number} now
 * @param {number} side
 */
function bars(context, weights, now, side) {
  const most = Math.max(...weights) || 1;
  const width = side / weights.length;
  for (const [at, weight] of weights.entries()) {
    const height = Math.max(1, ((BAR - 6) * weight) / most);
    context.fillStyle = colour(at === now ? "--bad" : "--line");
    context.fillRect(at * width + 1, side + BAR - height, width - 2, height);
  }
}
