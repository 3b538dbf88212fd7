/** Efficiency that other papers and repositories published, with their source: assets/published/efficiency.csv. Never ours. */
import { readFileSync } from "node:fs";
import path from "node:path";
import Papa from "papaparse";
import { PACKAGE_ROOT } from "../../project.js";

export interface PublishedCost {
  readonly method: string;
  readonly backbone: string;
  /** As printed; "" where it is not stated, as in the other fields. */
  readonly frames: string;
  /** Pixels a side. */
  readonly resolution: string;
  /** Millions. */
  readonly params: string;
  /** A view; multiply-accumulates. */
  readonly gflops: string;
  /** Throughput, memory or time, in `otherUnit`. */
  readonly other: string;
  readonly otherUnit: string;
  /** Paper or repository. */
  readonly source: string;
  /** Place in it. */
  readonly where: string;
}

export function publishedCosts(): readonly PublishedCost[] {
  const text = readFileSync(path.join(PACKAGE_ROOT, "assets", "published", "efficiency.csv"), "utf8");
  return Papa.parse<PublishedCost>(text, { header: true, skipEmptyLines: true }).data;
}
