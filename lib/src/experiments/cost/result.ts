/** What VgHIF costs, as its records tell: plain JSON, complete enough to be shown without the records. */
import { FAMILIES } from "../../models/families.js";
import { readSide } from "../side-record.js";
import type { RecordStore } from "../store.js";
import { ablationCost } from "./declared.js";
import { type PublishedCost, publishedCosts } from "./published.js";
import { COST, type CostRecord } from "./record.js";
import { type CostSpec, costId } from "./spec.js";
import { type CostVerdict, judgeCost } from "./verdict.js";

export interface CostRow {
  /** The baseline's name: "X-CLIP". */
  readonly label: string;
  readonly spec: CostSpec;
  /** null: not run. */
  readonly record: CostRecord | null;
}

export interface CostResult {
  readonly id: string;
  readonly title: string;
  readonly claim: string;
  /** Percent up to which we call a cost tiny. */
  readonly limit: number;
  /** Pairs that were run on this machine. */
  readonly measured: readonly CostRow[];
  /** Pairs of official sizes, counted. */
  readonly counted: readonly CostRow[];
  readonly verdict: CostVerdict;
  /** Pairs, and how many of them have a record. */
  readonly runs: { readonly declared: number; readonly recorded: number };
  /** Others' numbers, never ours. */
  readonly published: readonly PublishedCost[];
}

/** Reads the table from the records there are. Default: all of ablation-cost. @throws UserError on a damaged record */
export function readCost(store: RecordStore, specs: readonly CostSpec[] = ablationCost.specs): CostResult {
  const { id, title, claim, limit } = ablationCost;
  const rows = specs.map((spec) => ({
    label: FAMILIES[spec.model].title,
    spec,
    record: readSide(store, COST, costId(spec)),
  }));
  const measured = rows.filter(({ spec }) => spec.timing !== null);
  const counted = rows.filter(({ spec }) => spec.timing === null);
  return {
    id,
    title,
    claim,
    limit,
    measured,
    counted,
    verdict: judgeCost(measured, counted, claim, limit),
    runs: { declared: rows.length, recorded: rows.filter(({ record }) => record !== null).length },
    published: publishedCosts(),
  };
}
