/** report/index.html: all tables, plots, verdicts and provenance in one file that needs nothing else, not even a network. */
import fs from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { writeFileWhole } from "../../files.js";
import { projectPath } from "../../project.js";
import { runId } from "../id.js";
import type { RunRecord } from "../record.js";
import type { Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { type Table, tableSpecs } from "../table.js";
import { readTable } from "../table-result.js";
import { type ReportPicture, reportPage } from "./page.js";

/** Default: `report/` in the project. */
export function reportFolder(): string {
  return projectPath("report");
}

/**
 * Writes `index.html` into the folder from the records there are; returns its absolute path. Pictures are the `.svg` files in
 * the folder's `pictures/`, by name.
 *
 * @throws UserError on a damaged record, or where the folder cannot be written
 */
export async function writeReport(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  folder: string = reportFolder(),
): Promise<string> {
  const results = tables.map((table) => readTable(table, scale, store));
  const page = await reportPage(results, recordsOf(tables, scale, store), picturesIn(folder));
  const target = path.resolve(folder, "index.html");
  try {
    fs.mkdirSync(folder, { recursive: true });
    writeFileWhole(target, page);
  } catch (error) {
    throw new UserError(`cannot write the report ${target}: ${messageOf(error)}`);
  }
  return target;
}

function recordsOf(tables: readonly Table[], scale: Scale, store: RecordStore): readonly RunRecord[] {
  const ids = new Set(tables.flatMap((table) => tableSpecs(table, scale).map(runId)));
  return [...ids].filter((id) => store.has(id)).map((id) => store.read(id));
}

function picturesIn(folder: string): readonly ReportPicture[] {
  const below = path.join(folder, "pictures");
  if (!fs.existsSync(below)) return [];
  const names = fs.readdirSync(below).filter((name) => name.endsWith(".svg"));
  return names.sort().map((name) => ({ name, svg: fs.readFileSync(path.join(below, name), "utf8") }));
}
