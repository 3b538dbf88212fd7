/** Numbers from other papers and repositories, with their source: assets/published/*.csv. Never ours, never VgHIF's. */
import { readFileSync } from "node:fs";
import path from "node:path";
import Papa from "papaparse";
import { PACKAGE_ROOT } from "../project.js";

export interface PublishedRow {
  readonly method: string;
  readonly backbone: string;
  readonly frames: string;
  /** Temporal x spatial. */
  readonly views: string;
  /** Top-1 in percent by column, `hmdb51-k2` or `hmdb51`; a column that the source does not report is absent. */
  readonly values: Readonly<Record<string, number>>;
  /** Paper or repository, and the place in it. */
  readonly source: string;
  /** What makes the row differ from the table's protocol; empty for none known. */
  readonly note: string;
}

interface PublishedLine {
  readonly method: string;
  readonly backbone: string;
  readonly frames: string;
  readonly views: string;
  readonly dataset: string;
  readonly shots: string;
  readonly top1: string;
  readonly source: string;
  readonly where: string;
  readonly note: string;
}

/** Published few-shot accuracies on HMDB51 and UCF101, K = 2, 4, 8, 16; one row a method, in the file's order. */
export function publishedFewShot(): readonly PublishedRow[] {
  return publishedIn("few-shot.csv", ({ dataset, shots }) => `${dataset}-k${shots}`);
}

/** Published accuracies under full supervision of towers like ours, ViT-B: by dataset, one row a method and protocol. */
export function publishedFull(): readonly PublishedRow[] {
  return publishedStateOfTheArt().filter(({ backbone }) => backbone.startsWith("ViT-B"));
}

/** Published accuracies under full supervision, whatever the backbone: one row a method, backbone, frames, views and source. */
export function publishedStateOfTheArt(): readonly PublishedRow[] {
  return publishedIn("full.csv", ({ dataset }) => dataset);
}

function publishedIn(file: string, column: (line: PublishedLine) => string): readonly PublishedRow[] {
  const text = readFileSync(path.join(PACKAGE_ROOT, "assets", "published", file), "utf8");
  const { data } = Papa.parse<PublishedLine>(text, { header: true, skipEmptyLines: true });
  const rows = new Map<string, PublishedRow & { readonly places: readonly string[] }>();
  for (const line of data) {
    const { method, backbone, frames, views, top1, source, where, note } = line;
    const key = JSON.stringify([method, backbone, frames, views, source]);
    const before = rows.get(key);
    const values = { ...before?.values, [column(line)]: Number(top1) };
    const places = [...new Set([...(before?.places ?? []), where])];
    const cited = [source, ...places].join(", ");
    rows.set(key, { method, backbone, frames, views, values, source: cited, note, places });
  }
  return [...rows.values()].map(({ places: _, ...row }) => row);
}
