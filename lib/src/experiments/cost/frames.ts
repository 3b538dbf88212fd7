/** A cost table as danfojs DataFrames: two for reading, one for computing (a line a pair), and one of others' numbers. */

import type { DataFrame } from "danfojs-node";
import { DASH, signed, signedInterval } from "../format.js";
import { shortId } from "../id.js";
import type { MedianSummary } from "./median.js";
import type { PublishedCost } from "./published.js";
import { morePercent } from "./record.js";
import type { CostResult, CostRow } from "./result.js";

type Value = string | number | null;

/** Measured pairs: a line each for the baseline, its twin, and what the twin costs more. */
export function measuredFrame({ measured }: CostResult): Promise<DataFrame> {
  const lines = measured.flatMap(({ label, record }): Value[][] => {
    if (!record?.measured) return [[label, DASH, DASH, DASH, DASH]];
    const { counts, measured: found } = record;
    const side = (name: "baseline" | "vghif"): Value[] => [
      millions(counts[name].parameters),
      giga(counts[name].multiplyAccumulates),
      withInterval(found.milliseconds[name]),
      found.peakRssMb[name].median.toFixed(0),
    ];
    const { median, interval } = found.slowdown;
    const slower = interval ? `${signed(median)} % (${signedInterval(interval)})` : `${signed(median)} %`;
    const memory = morePercent({ baseline: found.peakRssMb.baseline.median, vghif: found.peakRssMb.vghif.median });
    return [
      [label, ...side("baseline")],
      [`${label} + VgHIF`, ...side("vghif")],
      [`cost on ${label}`, ...countsMore(counts), slower, `${signed(memory)} %`],
    ];
  });
  return frame(["measured", "parameters, M", "GFLOPs a video", "ms a video (95 %)", "peak memory, MiB"], lines);
}

/** Counted pairs: a line each. */
export function countedFrame({ counted }: CostResult): Promise<DataFrame> {
  const lines = counted.map(({ label, spec, record }): Value[] => {
    const name = `${label} ${spec.size}`;
    if (!record) return [name, DASH, DASH, DASH, DASH, DASH, DASH];
    const { baseline, vghif } = record.counts;
    const [parameters, operations] = countsMore(record.counts);
    return [
      name,
      millions(baseline.parameters),
      millions(vghif.parameters),
      parameters!,
      giga(baseline.multiplyAccumulates),
      giga(vghif.multiplyAccumulates),
      operations!,
    ];
  });
  const names = ["parameters, M", "+ VgHIF", "cost", "GFLOPs a video", "GFLOPs + VgHIF", "cost in GFLOPs"];
  return frame(["counted", ...names], lines);
}

/** Every pair on a line of its own, with all that it rests on. */
export function costFrame({ measured, counted }: CostResult): Promise<DataFrame> {
  const columns = [
    ...["model", "size", "frames", "classes", "parameters", "parametersVghif", "macs", "macsVghif"],
    ...["ms", "msVghif", "slowdown", "slowdownLow", "slowdownHigh", "rounds", "peakMb", "peakMbVghif"],
    ...["backend", "device", "threads", "record"],
  ];
  return frame(columns, [...measured, ...counted].map(costLine));
}

/** What others published; not ours. */
export function publishedCostFrame(rows: readonly PublishedCost[]): Promise<DataFrame> {
  const lines = rows.map((row) => [
    row.method,
    row.backbone,
    row.frames || DASH,
    row.params || DASH,
    row.gflops || DASH,
    row.other ? `${row.other} ${row.otherUnit}` : DASH,
    `${row.source}, ${row.where}`,
  ]);
  const names = ["backbone", "frames", "parameters, M", "GFLOPs a view", "other", "source"];
  return frame(["published by others", ...names], lines);
}

function costLine({ spec, record }: CostRow): Value[] {
  const { model, size, frames, classes } = spec;
  const { counts, measured } = record ?? { counts: null, measured: null };
  return [
    ...[model, size, frames, classes],
    ...[counts?.baseline.parameters ?? null, counts?.vghif.parameters ?? null],
    ...[counts?.baseline.multiplyAccumulates ?? null, counts?.vghif.multiplyAccumulates ?? null],
    ...[measured?.milliseconds.baseline.median ?? null, measured?.milliseconds.vghif.median ?? null],
    ...[measured?.slowdown.median ?? null, measured?.slowdown.interval?.[0] ?? null],
    ...[measured?.slowdown.interval?.[1] ?? null, measured?.slowdown.n ?? null],
    ...[measured?.peakRssMb.baseline.median ?? null, measured?.peakRssMb.vghif.median ?? null],
    ...[
      measured?.backend ?? null,
      measured?.device ?? null,
      measured?.threads ?? null,
      record ? shortId(record.id) : null,
    ],
  ];
}

/** Percent that the twin has more parameters and more operations. */
function countsMore({ baseline, vghif }: NonNullable<CostRow["record"]>["counts"]): [string, string] {
  const parameters = morePercent({ baseline: baseline.parameters, vghif: vghif.parameters });
  const operations = morePercent({ baseline: baseline.multiplyAccumulates, vghif: vghif.multiplyAccumulates });
  return [`${signed(parameters)} %`, `${signed(operations)} %`];
}

function millions(count: number): string {
  return (count / 1e6).toFixed(2);
}

/** Three significant digits or two decimals, whichever says more. */
function giga(count: number): string {
  const value = count / 1e9;
  return value < 1 ? value.toPrecision(3) : value.toFixed(2);
}

function withInterval({ median, interval }: MedianSummary): string {
  const text = (value: number): string => value.toFixed(value < 10 ? 2 : 1);
  return interval ? `${text(median)} (${interval.map(text).join(" to ")})` : text(median);
}

async function frame(columns: string[], lines: Value[][]): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  return new danfo.DataFrame(lines, { columns });
}
