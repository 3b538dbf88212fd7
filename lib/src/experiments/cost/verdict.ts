/** What the numbers say about "a tiny computational cost", whichever way it goes. The paper gives no number: the limit is ours. */
import { signed, signedInterval } from "../format.js";
import type { Finding } from "../verdict.js";
import { morePercent } from "./record.js";
import type { CostRow } from "./result.js";

/** Of one backbone and size: the whole interval is within the limit, or beyond it. */
export type CostFinding = "within" | "beyond" | "undecided" | "not run";

export interface CostVerdict {
  readonly finding: Finding;
  /** By what was looked at: time of measured pairs, operations of counted ones. */
  readonly time: readonly CostFinding[];
  readonly operations: readonly CostFinding[];
  /** The whole in one line of text. */
  readonly line: string;
}

/** Judges a measured pair by the interval of its slowdown. */
export function judgeTime({ record }: CostRow, limit: number): CostFinding {
  if (!record?.measured) return "not run";
  const { interval } = record.measured.slowdown;
  if (interval === null) return "undecided";
  if (interval[1] <= limit) return "within";
  return interval[0] > limit ? "beyond" : "undecided";
}

/** Judges a pair by its operations, which are exact. */
export function judgeOperations({ record }: CostRow, limit: number): CostFinding {
  if (!record) return "not run";
  return operationsMore(record.counts) <= limit ? "within" : "beyond";
}

/** Supported where all that was looked at is within the limit, contradicted where all of it is beyond, else undecided. */
export function judgeCost(
  measured: readonly CostRow[],
  counted: readonly CostRow[],
  claim: string,
  limit: number,
): CostVerdict {
  const time = measured.map((row) => judgeTime(row, limit));
  const operations = counted.map((row) => judgeOperations(row, limit));
  const looked = [...time, ...operations].filter((finding) => finding !== "not run");
  const finding = findingOf(looked);
  const parts = [...timeWords(measured), ...operationWords(counted, operations, limit)];
  const detail = parts.length > 0 ? `: ${parts.join("; ")}` : "";
  return {
    finding,
    time,
    operations,
    line: `VERDICT: "${claim}" (our limit: ${limit} %): ${judgedWords(looked)}${detail}.`,
  };
}

function findingOf(looked: readonly CostFinding[]): Finding {
  if (looked.length === 0) return "not run";
  if (looked.every((finding) => finding === "within")) return "supported";
  return looked.every((finding) => finding === "beyond") ? "contradicted" : "undecided";
}

function judgedWords(looked: readonly CostFinding[]): string {
  if (looked.length === 0) return "not run";
  const count = (finding: CostFinding): number => looked.filter((one) => one === finding).length;
  const counts = `${count("within")} of ${looked.length} within it, ${count("beyond")} beyond, ${count("undecided")} undecided`;
  const words = {
    supported: "these numbers support it",
    contradicted: "these numbers contradict it",
    undecided: count("within") > 0 ? "these numbers support it in part" : "these numbers do not decide it",
    "not run": "not run",
  };
  return `${words[findingOf(looked)]} (${counts})`;
}

function timeWords(rows: readonly CostRow[]): readonly string[] {
  const words = rows.flatMap(({ label, record }) => {
    if (!record?.measured) return [];
    const { median, interval, n } = record.measured.slowdown;
    const range = interval === null ? "no interval" : `95 % interval ${signedInterval(interval)}`;
    return [`${label} ${signed(median)} % (${range}, ${n} pairs)`];
  });
  const size = rows[0]?.spec.size;
  return words.length > 0 ? [`time a video, measured on ${size}: ${words.join(", ")}`] : [];
}

function operationWords(rows: readonly CostRow[], findings: readonly CostFinding[], limit: number): readonly string[] {
  const shares = rows.flatMap(({ record }) => (record ? [operationsMore(record.counts)] : []));
  if (shares.length === 0) return [];
  const within = findings.filter((finding) => finding === "within").length;
  const { frames, classes } = rows[0]!.spec;
  const range = `${signed(Math.min(...shares))} to ${signed(Math.max(...shares))} %`;
  return [
    `operations, counted at official sizes (${frames} frames, ${classes} classes): ${range}, ${within} of ${shares.length} within ${limit} %`,
  ];
}

function operationsMore({ baseline, vghif }: NonNullable<CostRow["record"]>["counts"]): number {
  return morePercent({ baseline: baseline.multiplyAccumulates, vghif: vghif.multiplyAccumulates });
}
