/** What VgHIF costs, as a section: measured on this machine, counted at official sizes, and what others published. */
import { publishedCostFrame } from "../cost/frames.js";
import type { MedianSummary } from "../cost/median.js";
import { morePercent, type Sides } from "../cost/record.js";
import { COST_NOTE, costTitle, renderCost } from "../cost/render.js";
import { type CostResult, type CostRow, readCost } from "../cost/result.js";
import { DASH, signed, signedInterval } from "../format.js";
import { escapeHtml, frameHtml } from "../frame-text.js";
import type { Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { jsonScript } from "./document.js";
import type { Section } from "./section.js";
import { type SortableCell, type SortableRow, type SortableTable, sortableHtml } from "./sortable.js";

const FORMATS = ["csv", "latex", "markdown"] as const;

/** The section, where a cost has a record; what it shows does not hang on the scale, but the small model is smoke's. */
export async function costSections(scale: Scale, store: RecordStore): Promise<readonly Section[]> {
  const result = readCost(store);
  if (scale !== "smoke" || result.runs.recorded === 0) return [];
  const texts = await Promise.all(FORMATS.map(async (format) => [format, await renderCost(result, format)] as const));
  const tables = [measuredTable(result), countedTable(result)].filter(({ rows }) => rows.length > 0).map(sortableHtml);
  const published = frameHtml(await publishedCostFrame(result.published), PUBLISHED);
  const html = `<p class="verdict-box">${escapeHtml(result.verdict.line)}</p>
<div class="copies" data-name="${result.id}">${jsonScript(Object.fromEntries(texts))}</div>
${tables.join("\n")}
<p><small>${escapeHtml(COST_NOTE)}</small></p>
<details><summary>Numbers published by others (not ours)</summary>${published}</details>`;
  const kind = result.verdict.finding.replace(" ", "-");
  return [{ id: result.id, short: result.id, title: costTitle(result), kind, html }];
}

const PUBLISHED =
  "Published by others, copied from the source named in each row: neither ours nor VgHIF's; protocols differ from row to row";

function measuredTable({ measured }: CostResult): SortableTable {
  const on = measured.flatMap(({ record }) => (record?.measured ? [record.measured] : []));
  const where = [...new Set(on.map(({ device, backend, threads }) => `${device}, ${backend}, ${threads} threads`))];
  const spec = measured[0]?.spec;
  return {
    caption: `Measured: ${spec?.size}, ${spec?.frames} frames a video, ${spec?.classes} classes; ${where.join(" / ") || "not run"}`,
    corner: "model",
    columns: ["parameters, M", "GFLOPs a video", "ms a video", "peak memory, MiB"].map((label) => ({ label })),
    rows: measured.flatMap(measuredRows),
  };
}

/** The baseline and its twin; what the twin costs more stands below its own numbers. */
function measuredRows({ label, spec: { model }, record }: CostRow): readonly SortableRow[] {
  if (!record?.measured) return [{ label, model, cells: [{}, {}, {}, {}] }];
  const { counts, measured } = record;
  const parameters = sidesOf(counts, ({ parameters }) => parameters);
  const operations = sidesOf(counts, ({ multiplyAccumulates }) => multiplyAccumulates);
  const memory = sidesOf(measured.peakRssMb, ({ median }) => median);
  const { median, interval } = measured.slowdown;
  const slower = [`${signed(median)} %`, ...(interval ? [signedInterval(interval)] : [])];
  const cells = (side: "baseline" | "vghif"): readonly SortableCell[] => {
    const more = (text: readonly string[]) => (side === "vghif" ? { notes: text } : {});
    return [
      { ...number(parameters[side] / 1e6, 2), ...more([percentMore(parameters)]) },
      { ...giga(operations[side]), ...more([percentMore(operations)]) },
      { ...timed(measured.milliseconds[side]), ...more(slower) },
      { ...number(memory[side], 0), ...more([percentMore(memory)]) },
    ];
  };
  return [
    { label, model, cells: cells("baseline") },
    { label: `${label} + VgHIF`, model, note: `below: what it costs on ${label}`, cells: cells("vghif") },
  ];
}

function countedTable({ counted }: CostResult): SortableTable {
  const spec = counted[0]?.spec;
  return {
    caption: `Counted from shapes, nothing ran: official sizes, ${spec?.frames} frames a video, ${spec?.classes} classes`,
    corner: "model",
    columns: ["parameters, M", "GFLOPs a video"].flatMap((of) =>
      ["baseline", "+ VgHIF", "cost"].map((label) => ({ label, of })),
    ),
    rows: counted.map(({ label, spec: { model, size }, record }) => {
      const row = { label: `${label} ${size}`, model };
      if (!record) return { ...row, cells: Array.from({ length: 6 }, () => ({})) };
      const parameters = sidesOf(record.counts, (count) => count.parameters);
      const operations = sidesOf(record.counts, (count) => count.multiplyAccumulates);
      const cost = (sides: Sides<number>) => ({ text: percentMore(sides), sort: morePercent(sides) });
      return {
        ...row,
        cells: [
          ...[number(parameters.baseline / 1e6, 2), number(parameters.vghif / 1e6, 2), cost(parameters)],
          ...[giga(operations.baseline), giga(operations.vghif), cost(operations)],
        ],
      };
    }),
  };
}

function sidesOf<Value>({ baseline, vghif }: Sides<Value>, of: (value: Value) => number): Sides<number> {
  return { baseline: of(baseline), vghif: of(vghif) };
}

function percentMore(sides: Sides<number>): string {
  const more = morePercent(sides);
  return Number.isFinite(more) ? `${signed(more)} %` : DASH;
}

function number(value: number, decimals: number): SortableCell {
  return { text: value.toFixed(decimals), sort: value };
}

/** Three significant digits or two decimals, whichever says more. */
function giga(count: number): SortableCell {
  const value = count / 1e9;
  return { text: value < 1 ? value.toPrecision(3) : value.toFixed(2), sort: value };
}

function timed({ median, interval }: MedianSummary): SortableCell {
  const text = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return { text: interval ? `${text(median)} (${interval.map(text).join(" to ")})` : text(median), sort: median };
}
