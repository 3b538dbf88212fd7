/** What is said around a table's numbers: title, what each block is of, the verdicts, and how they come about. */
import type { Resampling } from "./bootstrap.js";
import { framesText, MODEL_NOTE, viewsOfRows } from "./row-about.js";
import type { GroupResult, TableResult } from "./table-result.js";
import { ALPHA } from "./verdict.js";

/** "table-4: Few-shot action recognition (scale smoke, 48 of 48 runs)". */
export function tableTitle({ id, title, scale, runs }: TableResult): string {
  return `${id}: ${title} (scale ${scale}, ${runs.recorded} of ${runs.declared} runs)`;
}

/** What is behind a dataset's numbers, in one line. */
export function groupCaption(result: TableResult, group: GroupResult): string {
  const { splits } = group;
  const seeds = `seeds ${result.seeds.join(", ")}`;
  const parts = [
    `${group.dataset}${splits.length > 0 ? `, mean of official splits ${splits.join(", ")}` : ""}: ${dataWords(group)}`,
    `weights ${group.weights}`,
    ...[framesText(group), viewsOfRows(group)].filter((text) => text !== null),
    `scale ${result.scale}`,
    `${metricName(result)}, mean ± sd over ${splits.length > 0 ? `the splits, one of ${seeds} each` : seeds}`,
  ];
  const unreadable = Math.max(...group.rows.flatMap(({ cells }) => cells.map(({ skipped }) => skipped)));
  if (unreadable > 0) parts.push(`${unreadable} unreadable videos not scored`);
  return parts.join(" · ");
}

export function metricName({ metric }: TableResult): string {
  return metric === "top1" ? "top-1 %" : "top-5 %";
}

/** The table's verdict, then, where it has several comparisons, one line each. */
export function verdictLines({ verdict }: TableResult): readonly string[] {
  const { comparisons } = verdict;
  return [verdict.line, ...(comparisons.length > 1 ? comparisons.map(({ line }) => line) : [])];
}

/** What a smoke table is not. */
export const SMOKE_NOTE =
  "Generated data and a small model: these numbers check the method's code and direction, they are not comparable with any published number.";

/** What the small model's numbers on real videos are not. */
const SMOKE_CLIP_NOTE =
  "smoke-clip was pre-trained on drawn pictures alone: on real videos its numbers may be no better than guessing, and say little about VgHIF. Official weights are one option away: --weights clip-vit-b-16.";

/** How the numbers come about, and what they are not; one sentence or more each. */
export function notes(result: TableResult): readonly string[] {
  const { groups, verdict } = result;
  const cells = groups.flatMap(({ comparisons }) => comparisons.flatMap((comparison) => comparison.cells));
  const tests = cells.filter(({ pHolm }) => pHolm !== null).length;
  const methods = [...cells.map(({ difference }) => difference), verdict.difference].map(
    (found) => found?.method ?? null,
  );
  const reference = result.reference === null ? [] : [referenceNote(result.reference, result)];
  const generated = groups.some(({ kind }) => kind === "generated") ? [SMOKE_NOTE] : [];
  const real = groups.some(({ kind, weights }) => kind === "user" && weights === "smoke-clip") ? [SMOKE_CLIP_NOTE] : [];
  const models = result.models ? [MODEL_NOTE] : [];
  const data = [...generated, ...real];
  return [testNote(tests, verdict.comparisons.length), intervalNote(methods), ...reference, ...models, ...data];
}

function testNote(tests: number, comparisons: number): string {
  const over = `Holm's correction over the ${tests} tested cells of this table`;
  const means = comparisons > 1 ? `; the means of its ${comparisons} comparisons are corrected among themselves` : "";
  return (
    `p: paired t-test over seeds (same shots, order and initial weights on both sides), with ${over}${means}. ` +
    `Better or worse: corrected p < ${ALPHA} and an interval that leaves out 0.`
  );
}

function intervalNote(methods: readonly (Resampling | null)[]): string {
  const what = {
    "seeds and videos": "drawing seeds, and test videos, the same for both sides and all seeds",
    seeds:
      "drawing seeds alone, at levels widened for few seeds (the records do not hold the same scored videos on both sides)",
  };
  const used = [...new Set(methods)].flatMap((method) => (method === null ? [] : [what[method]]));
  return used.length === 0
    ? "No interval: there is none without spread over seeds."
    : `95 % interval of a difference: percentiles of the bootstrap, ${used.join("; or ")}.`;
}

function referenceNote(reference: string, { groups }: TableResult): string {
  const label = groups[0]?.rows.find(({ key }) => key === reference)?.label ?? reference;
  return `“− default”: difference to “${label}”, corrected apart from the others.`;
}

function dataWords({ kind }: GroupResult): string {
  if (kind === null) return "not run";
  const words = { generated: "GENERATED data, no real dataset", real: "real data", user: "user's own data" };
  return words[kind];
}
