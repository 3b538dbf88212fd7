/** Grounding maps over frames that play: the file that a run's drawing leaves beside its picture, and their section. */
import fs from "node:fs";
import path from "node:path";
import { z } from "zod";
import { FAMILIES, type FamilyName } from "../../models/families.js";
import { checked } from "../checked.js";
import { shortId } from "../id.js";
import { jsonScript } from "./document.js";
import type { Section } from "./section.js";

/** One visit of the fusion. */
export interface MapVisit {
  /** From 0. */
  readonly pass: number;
  /** Of the visual encoder, from 1. */
  readonly block: number;
  /** Patches a side. */
  readonly grid: number;
  /** Weight of the class token of every frame that the model saw [T]; null where class tokens are not asked. */
  readonly frames: readonly number[] | null;
  /** Largest weight of a patch. */
  readonly most: number;
  /** Base64 of a byte a patch, 255 for `most`, row by row [N]: one map for all frames, or one a frame; none for `cls`. */
  readonly maps: readonly string[];
}

/** A video with the maps of the text of its class. */
export interface PlayedMaps {
  /** Id of the run. */
  readonly run: string;
  /** When the run ended: a record made anew has its maps drawn anew. */
  readonly finished: string;
  readonly label: string;
  /** Pixels a side. */
  readonly size: number;
  /** Frames that the model saw. */
  readonly seen: number;
  /** Data URIs; as many for every frame that the model saw. */
  readonly frames: readonly string[];
  readonly visits: readonly MapVisit[];
}

const schema: z.ZodType<PlayedMaps> = z.strictObject({
  run: z.string(),
  finished: z.string(),
  label: z.string(),
  size: z.int().positive(),
  seen: z.int().positive(),
  frames: z.array(z.string().startsWith("data:image/jpeg;base64,")).min(1),
  visits: z.array(
    z.strictObject({
      pass: z.int(),
      block: z.int(),
      grid: z.int().positive(),
      frames: z.array(z.number()).nullable(),
      most: z.number(),
      maps: z.array(z.string()),
    }),
  ),
});

/** Reads the file. @throws UserError where it is not one of maps */
export function readMaps(file: string): PlayedMaps {
  return checked(schema, JSON.parse(fs.readFileSync(file, "utf8")), `${file} does not hold grounding maps`);
}

/** What the page says of a run whose maps play. */
export interface MapsRun {
  readonly dataset: string;
  readonly model: FamilyName;
  readonly shots: number | null;
  readonly seed: number;
  /** What the options change of the default. */
  readonly changes: string;
}

/**
 * The section in which the videos play.
 *
 * @param placeOf place of a run in the page's list and what it is, by its id; null for one that is not there
 */
export function mapsSection(
  all: readonly PlayedMaps[],
  placeOf: (id: string) => { readonly place: number; readonly run: MapsRun } | null,
): Section | null {
  const videos = all.flatMap(({ run: id, label, size, seen, frames, visits }) => {
    const found = placeOf(id);
    if (!found) return [];
    const { dataset, model, shots, seed, changes } = found.run;
    const videosWords = shots === null ? "all training videos" : `K = ${shots}`;
    const title = `${dataset}, “${label}”, ${FAMILIES[model].title} + VgHIF, ${videosWords}, ${changes}`;
    const about = `Red is where the text “${label}” looked, against the level's brightest patch; the bars are the class tokens of the ${seen} frames that the model saw. Run ${shortId(id)}, seed ${seed}, on a test video that it recognises.`;
    return [{ title, about, dataset, model, run: found.place, size, seen, frames, visits }];
  });
  if (videos.length === 0) return null;
  return {
    id: "maps",
    short: "maps",
    title: "Where the text looked",
    html: `<p>Attention of the class's text over the frames, at each level and pass of the fusion. Space or a click plays and
pauses, the arrow keys step.</p>
<div id="player"><noscript><p>The maps need this page's script.</p></noscript></div>
${jsonScript({ videos }, "grounding-data")}`,
  };
}

/** Names of what is drawn of runs; other files in a report's folder are left alone. */
export const DRAWN = /-run-[0-9a-f]{12}\.(json|svg)$/;

/** The files of maps in a report's folder, by name. */
export function mapFiles(report: string): readonly string[] {
  const folder = path.join(report, "maps");
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).filter((name) => DRAWN.test(name) && name.endsWith(".json"));
  return names.sort().map((name) => path.join(folder, name));
}
