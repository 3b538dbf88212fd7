/** report/index.html: all tables, plots, verdicts and provenance in one file that needs nothing else, not even a network. */
import fs from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { writeFileWhole } from "../../files.js";
import { projectPath } from "../../project.js";
import type { SpecPair } from "../embedding-record.js";
import { FIGURES } from "../figures.js";
import { runId } from "../id.js";
import type { RunRecord } from "../record.js";
import type { Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { type Table, tableSpecs } from "../table.js";
import { readTable, type TableResult } from "../table-result.js";
import { costSections } from "./cost-section.js";
import { figuresOf } from "./figures.js";
import { DRAWN, mapFiles, readMaps } from "./maps.js";
import { type ReportPicture, reportPage } from "./page.js";

/** Default: `report/` in the project. */
export function reportFolder(): string {
  return projectPath("report");
}

/** What of the report beside tables; what has no record is left out in any case. */
export interface ReportParts {
  /** The cost table. */
  readonly cost: boolean;
  /** Ids of figures with a section of their own: "figure-datasets". */
  readonly figures: readonly string[];
  /** The runs that the map of embeddings shows. Default: of table 4. */
  readonly embedded?: SpecPair;
}

/**
 * Writes `index.html` into the folder from the records there are; returns its absolute path. The folder's `maps/` (grounding.ts)
 * play on the page; pictures are the `.svg` files in its `pictures/`, by name, but for those of maps.
 *
 * @param parts default: all
 * @param known results that were read before; the others' tables are read from their records
 * @throws UserError on a damaged record, or where the folder cannot be written
 */
export async function writeReport(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  folder: string = reportFolder(),
  parts: ReportParts = { cost: true, figures: Object.keys(FIGURES) },
  known: readonly TableResult[] = [],
): Promise<string> {
  const read = tables.map((table) => ({
    table,
    result: known.find(({ id }) => id === table.id) ?? readTable(table, scale, store),
  }));
  const page = await reportPage({
    scale,
    tables: read,
    records: recordsOf(tables, scale, store),
    figures: figuresOf(
      read.map(({ result }) => result),
      scale,
      store,
      parts.figures,
      parts.embedded,
    ),
    maps: mapFiles(folder).map(readMaps),
    pictures: picturesIn(folder),
    sections: parts.cost ? await costSections(scale, store) : [],
  });
  const target = path.resolve(folder, "index.html");
  try {
    fs.mkdirSync(folder, { recursive: true });
    writeFileWhole(target, page);
  } catch (error) {
    throw new UserError(`cannot write the report ${target}: ${messageOf(error)}`);
  }
  return target;
}

/** The tables' records; then those of the same scale, data and weights that were run by their specs, for the explorer. */
function recordsOf(tables: readonly Table[], scale: Scale, store: RecordStore): readonly RunRecord[] {
  const ids = new Set(tables.flatMap((table) => tableSpecs(table, scale).map(runId)));
  const all = store.list();
  const declared = all.filter(({ id }) => ids.has(id));
  const hashes = new Map(
    declared.flatMap(({ spec, hashes: { weights, manifest } }) => [
      [`weights ${spec.weights}`, weights],
      [`manifest ${spec.dataset}`, manifest],
    ]),
  );
  const others = all.filter(
    ({ id, spec, hashes: { weights, manifest } }) =>
      !ids.has(id) &&
      spec.scale === scale &&
      hashes.get(`weights ${spec.weights}`) === weights &&
      hashes.get(`manifest ${spec.dataset}`) === manifest,
  );
  return [...declared, ...others];
}

function picturesIn(folder: string): readonly ReportPicture[] {
  const below = path.join(folder, "pictures");
  if (!fs.existsSync(below)) return [];
  const names = fs.readdirSync(below).filter((name) => name.endsWith(".svg") && !DRAWN.test(name));
  return names.sort().map((name) => ({ name, svg: fs.readFileSync(path.join(below, name), "utf8") }));
}
