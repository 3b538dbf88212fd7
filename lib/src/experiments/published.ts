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
  /** Top-1 in percent by column, `hmdb51-k2`; a column that the source does not report is absent. */
  readonly values: Readonly<Record<string, number>>;
  /** Paper or repository, and the place in it. */
  readonly source: string;
  /** What makes the row differ from the table's protocol; empty for none known. */
  readonly note: string;
}

interface FewShotLine {
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
  const text = readFileSync(path.join(PACKAGE_ROOT, "assets", "published", "few-shot.csv"), "utf8");
  const { data } = Papa.parse<FewShotLine>(text, { header: true, skipEmptyLines: true });
  const rows = new Map<string, PublishedRow>();
  for (const { method, backbone, frames, views, dataset, shots, top1, source, where, note } of data) {
    const values = { ...rows.get(method)?.values, [`${dataset}-k${shots}`]: Number(top1) };
    rows.set(method, { method, backbone, frames, views, values, source: `${source}, ${where}`, note });
  }
  return [...rows.values()];
}
