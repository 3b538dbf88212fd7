/** What the project knows of a real dataset: data-manifests/<dataset>/official.json and classes.csv. */
import path from "node:path";
import { z } from "zod";
import { UserError } from "../../errors.js";
import { readText } from "../csv.js";
import { parseClasses } from "../manifest-csv.js";
import { manifestsFolder } from "../manifest-find.js";
import type { OfficialName } from "./types.js";

const count = z.int().positive();

const official = z.strictObject({
  name: z.string(),
  title: z.string(),
  /** Where its owners distribute it. */
  source: z.string(),
  licence: z.string(),
  /** Official numbers of videos, by the name that an imported split is stored under. */
  counts: z.record(
    z.string(),
    z.strictObject({ train: count.exactOptional(), val: count.exactOptional(), test: count.exactOptional() }),
  ),
  /** Where the counts were read. */
  countsSource: z.string(),
  /** Who publishes lists of it. */
  publishers: z.record(z.string(), z.strictObject({ url: z.string(), licence: z.string() })),
  lists: z.array(
    z.strictObject({
      file: z.string(),
      publisher: z.string(),
      /** Path in the publisher's repository or archive. */
      path: z.string(),
      what: z.string(),
      /** Rows that name a video or a class; null: not known here. */
      rows: count.nullable(),
      bytes: count.nullable(),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .nullable(),
    }),
  ),
});

/** A list that somebody publishes, with its size and checksum where they are known. */
export type KnownList = z.infer<typeof official>["lists"][number];

export interface Description extends z.infer<typeof official> {
  /** Class names in label order, as the manifest of an import has them. */
  readonly classes: readonly string[];
}

/** Reads a dataset's description. Throws a UserError where the project's data-manifests are not here, or not as they should be. */
export function describeOfficial(name: OfficialName): Description {
  const folder = path.join(manifestsFolder(), name);
  const file = path.join(folder, "official.json");
  const parsed = official.safeParse(JSON.parse(readText(file, `which describes ${name}; run inside the project`)));
  if (!parsed.success) throw new UserError(`${file}: ${z.prettifyError(parsed.error).replaceAll("\n", " ")}`);
  const classes = path.join(folder, "classes.csv");
  return { ...parsed.data, classes: parseClasses(classes, readText(classes, "the class names")) };
}
