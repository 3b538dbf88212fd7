/** The figures of a report: those that belong to a table stand in its section, the others in one of their own. */
import { shotsOfColumn } from "../column-key.js";
import { readEmbedding, type SpecPair } from "../embedding-record.js";
import type { Figure } from "../figure.js";
import { figureDatasets } from "../figure-datasets.js";
import { figureEmbedding } from "../figure-embedding.js";
import { figureShots } from "../figure-shots.js";
import { FIGURES, shownPair } from "../figures.js";
import type { Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import type { TableResult } from "../table-result.js";
import { plotHtml } from "./document.js";
import type { Section } from "./section.js";

export interface ReportFigures {
  /** By the table's id. */
  readonly ofTables: Readonly<Record<string, readonly Figure[]>>;
  readonly alone: readonly Figure[];
}

/**
 * What the records there are give: accuracy over shots in the section of every table that has several; accuracy and gain across
 * datasets, where tables 1 to 3 are on the page; the map of embeddings, where its record is there (nothing is trained here).
 *
 * @param wanted ids of figures that may have a section of their own
 * @param embedded the runs of the map. Default: of table 4
 */
export function figuresOf(
  results: readonly TableResult[],
  scale: Scale,
  store: RecordStore,
  wanted: readonly string[],
  embedded: SpecPair = shownPair(scale),
): ReportFigures {
  const withShots = results.filter(({ groups }) =>
    groups.some(({ columns }) => columns.length > 1 && columns.every(({ key }) => shotsOfColumn(key) !== null)),
  );
  const full = FIGURES["figure-datasets"]!.tables.map(({ id }) => results.find((result) => result.id === id));
  const present = full.filter((result) => result !== undefined && result.runs.recorded > 0) as TableResult[];
  const datasets = present.length === full.length ? [figureDatasets(present)] : [];
  const map = results.length > 0 ? readEmbedding(store, embedded) : null;
  return {
    ofTables: Object.fromEntries(withShots.map((result) => [result.id, [figureShots(result)]])),
    alone: [...datasets, ...(map === null ? [] : [figureEmbedding(map)])].filter(({ id }) => wanted.includes(id)),
  };
}

/** A section a figure. */
export async function figureSections(figures: readonly Figure[]): Promise<readonly Section[]> {
  return Promise.all(
    figures.map(async (figure) => ({
      id: figure.id,
      short: figure.id,
      title: `${figure.id}: ${FIGURES[figure.id]?.title ?? figure.layout.title.text}`,
      html: await plotHtml(figure),
    })),
  );
}
