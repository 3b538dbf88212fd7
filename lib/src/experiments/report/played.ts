/** A video's frames and the maps of one label over them, small enough for a page. */
import type { VideoSource } from "../../data/video/source.js";
import type { Classified } from "../../evaluate/classify.js";
import { type Grounding, groundingOf } from "../../evaluate/grounding.js";
import { framePictures } from "../../evaluate/grounding-picture.js";
import type { Recognizer } from "../../evaluate/recognizer.js";
import type { RunRecord } from "../record.js";
import type { MapVisit, PlayedMaps } from "./maps.js";

/** Pixels a side of a frame on the page, before the page enlarges it. */
const SIZE = 112;

/** Frames that play for one that the model saw, where the video has as many. */
const FRAMES_FOR_ONE = 3;

/**
 * Frames between those that the model saw are added, evenly, so that the video moves.
 *
 * @param label place of the label in `labels`
 */
export async function playedMaps(
  recognizer: Recognizer,
  video: VideoSource,
  result: Classified,
  labels: readonly string[],
  label: number,
  { id, finished }: RunRecord,
): Promise<PlayedMaps> {
  const seen = result.indices.length;
  const more = Math.min(FRAMES_FOR_ONE, Math.max(1, Math.floor(result.frameCount / seen)));
  const places = Array.from({ length: seen * more }, (_, at) => at);
  return {
    run: id,
    finished,
    label: labels[label]!,
    size: SIZE,
    seen,
    frames: await framePictures(video, places.length, places, SIZE),
    visits: result.attention.map((visit) => visitOf(groundingOf(visit, label, recognizer.config, seen))),
  };
}

function visitOf({ pass, block, grid, frames, maps }: Grounding): MapVisit {
  const most = Math.max(0, ...maps.flat());
  return {
    pass,
    block,
    grid,
    frames: frames?.map(short) ?? null,
    most: short(most),
    maps: maps.map((map) =>
      Buffer.from(map.map((weight) => Math.round((255 * weight) / (most || 1)))).toString("base64"),
    ),
  };
}

function short(weight: number): number {
  return Number(weight.toPrecision(4));
}
