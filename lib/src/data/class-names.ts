/** How class names are spelt: in datasets' files, in the official recipes' prompts, and from the one to the other. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE_ROOT } from "../project.js";
import { parseCsv } from "./csv.js";

/** "words": "brush hair", "Apply Eye Makeup"; "camel": "BrushHair", "ApplyEyeMakeup"; "snake": "brush_hair", "Apply_Eye_Makeup". */
export const SPELLINGS = ["words", "camel", "snake"] as const;
export type Spelling = (typeof SPELLINGS)[number];

/**
 * How the official X-CLIP and ViFi-CLIP code spells a dataset's classes in prompts (labels/*_labels.csv of both). OpenAI's CLIP
 * spells UCF101 in words (data/prompts.md).
 */
export const OFFICIAL_SPELLINGS = {
  "kinetics-400": "words",
  "mini-kinetics-200": "words",
  hmdb51: "words",
  ucf101: "camel",
} as const satisfies Readonly<Record<string, Spelling>>;

/**
 * A class name in another spelling. Letters keep their case, but for the first of each word, which "camel" makes a capital: from
 * "camel", "BrushHair" comes back as "Brush Hair". Examples: respell("ApplyEyeMakeup", "words") is "Apply Eye Makeup",
 * respell("brush_hair", "words") is "brush hair", respell("YoYo", "snake") is "Yo_Yo".
 */
export function respell(name: string, spelling: Spelling): string {
  const words = wordsOf(name);
  if (spelling === "camel") return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  return words.join(spelling === "snake" ? "_" : " ");
}

/** Parts between blanks or underscores; of a name without any, those that begin with a capital after a small letter. */
function wordsOf(name: string): string[] {
  const parts = name.split(/[\s_]+/).filter((part) => part !== "");
  return parts.length > 1 ? parts : name.split(/(?<=\p{Ll})(?=\p{Lu})/u);
}

/** The class names of a run's prompts: as the manifest has them, or in the spelling that the run asks for. */
export function spelledClasses(classes: readonly string[], spelling?: Spelling): readonly string[] {
  return spelling === undefined ? classes : classes.map((name) => respell(name, spelling));
}

export interface OfficialClass {
  /** As the official code puts it into the prompt of videos of this class. */
  readonly label: string;
  /** As the names of the dataset's own files spell the class of these videos. */
  readonly file: string;
}

/** The classes of a dataset in the order of the official lists' ids, from assets/class-names (its README tells the traps). */
export function officialClasses(dataset: "ucf101" | "hmdb51"): readonly OfficialClass[] {
  const file = path.join(PACKAGE_ROOT, "assets", "class-names", `${dataset}.csv`);
  return parseCsv(file, readFileSync(file, "utf8"), ["id", "label", "file"]).map(({ cells }) => ({
    label: cells.label!,
    file: cells.file!,
  }));
}
