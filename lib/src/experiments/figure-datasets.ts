/**
 * figure-datasets: accuracy of every model on every dataset above, and what VgHIF adds to each backbone below, both with
 * 95 % intervals over seeds. Reads tables 1 to 3 (full supervision).
 */
import type { Axis, Figure, ScatterTrace } from "./figure.js";
import { errorBars, FIGURE_FONT, FIGURE_WIDTH, modelStyle, rounded } from "./figure-style.js";
import { percent, signed, signedInterval } from "./format.js";
import type { Interval } from "./statistics.js";
import type { GroupResult, TableResult } from "./table-result.js";

/** Share of a dataset's place on the axis that its points spread over. */
const SPREAD = 0.56;

/** A number with its interval at a place of the x axis. */
interface Point {
  readonly x: number;
  readonly mean: number;
  readonly interval: Interval | null;
  readonly text: string;
}

/** Draws the tables' first column of every dataset, in the tables' order. Cells without a run are left out. */
export function figureDatasets(results: readonly TableResult[]): Figure {
  const groups = results.flatMap((result) => result.groups);
  const scale = results[0]?.scale ?? "smoke";
  const titles = groups.map((group) => `${group.dataset}<br>(${kindOf(group)})`);
  return {
    id: "figure-datasets",
    alt: altText(groups),
    data: [...accuracies(groups), ...gains(groups)],
    layout: {
      title: { text: `Accuracy and gain across datasets: mean of seeds, 95 % interval (scale ${scale})` },
      width: FIGURE_WIDTH,
      height: 600,
      margin: { l: 66, r: 16, t: 60, b: 110 },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.16, yanchor: "top" },
      annotations: [],
      font: FIGURE_FONT,
      xaxis: { ...placesAxis(groups.length), anchor: "y", showticklabels: false },
      xaxis2: { ...placesAxis(groups.length), ticktext: titles, anchor: "y2" },
      yaxis: { title: { text: "top-1 accuracy, %" }, type: "linear", domain: [0.46, 1], anchor: "x" },
      yaxis2: {
        title: { text: "VgHIF − baseline, points" },
        type: "linear",
        domain: [0, 0.4],
        anchor: "x2",
        zeroline: true,
        zerolinecolor: "#333333",
        zerolinewidth: 2,
      },
    },
  };
}

function placesAxis(count: number): Axis {
  const tickvals = Array.from({ length: count }, (_, at) => at);
  return { title: { text: "" }, type: "linear", tickvals, range: [-0.5, count - 0.5], zeroline: false };
}

function kindOf({ kind }: GroupResult): string {
  return kind === null ? "not run" : kind === "generated" ? "generated data" : `${kind} data`;
}

/** Places of `count` points around a dataset's own. */
function offset(index: number, count: number): number {
  return count > 1 ? SPREAD * (index / (count - 1) - 0.5) : 0;
}

function accuracies(groups: readonly GroupResult[]): readonly ScatterTrace[] {
  const rows = groups[0]?.rows ?? [];
  return rows.map((row, index) => {
    const points = groups.flatMap(({ dataset, rows: own }, at): Point[] => {
      const cell = own.find(({ key }) => key === row.key)?.cells[0];
      if (!cell?.summary) return [];
      const { mean, interval } = cell.summary;
      const range = interval ? `95 % interval ${interval.map(percent).join(" to ")}` : "no interval";
      const text = `${dataset}, ${row.label}: ${percent(mean)} %, ${range}, ${cell.seeds.length} seeds`;
      return [{ x: at + offset(index, rows.length), mean, interval, text }];
    });
    return pointsTrace(points, row.key, index, row.label, { panel: "", legend: true });
  });
}

function gains(groups: readonly GroupResult[]): readonly ScatterTrace[] {
  const comparisons = groups[0]?.comparisons ?? [];
  return comparisons.map(({ baseline, treatment }, index) => {
    const name = `${labelOf(groups[0], treatment)} − ${labelOf(groups[0], baseline)}`;
    const points = groups.flatMap(({ dataset, comparisons: own }, at): Point[] => {
      const cell = own.find((candidate) => candidate.treatment === treatment)?.cells[0];
      if (!cell?.difference) return [];
      const { mean, interval } = cell.difference;
      const range = interval ? `95 % interval ${signedInterval(interval)}` : "no interval";
      const text = `${dataset}, ${name}: ${signed(mean)} points, ${range}, ${cell.seeds.length} seeds`;
      return [{ x: at + offset(index, comparisons.length), mean, interval, text }];
    });
    return pointsTrace(points, treatment, 2 * index + 1, name, { panel: "2", legend: false });
  });
}

/** What the reader sees of a row. */
function labelOf(group: GroupResult | undefined, key: string): string {
  return group?.rows.find((row) => row.key === key)?.label ?? key;
}

function pointsTrace(
  points: readonly Point[],
  key: string,
  index: number,
  name: string,
  { panel, legend }: { readonly panel: "" | "2"; readonly legend: boolean },
): ScatterTrace {
  const { color, symbol } = modelStyle(key, index);
  return {
    type: "scatter",
    mode: "markers",
    name,
    legendgroup: key,
    showlegend: legend,
    xaxis: `x${panel}`,
    yaxis: `y${panel}`,
    x: points.map(({ x }) => rounded(x)),
    y: points.map(({ mean }) => rounded(mean)),
    error_y: errorBars(points, color),
    marker: { color, size: 9, symbol },
    text: points.map(({ text }) => text),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function altText(groups: readonly GroupResult[]): string {
  const parts = groups.map((group) => {
    const { dataset, rows, comparisons } = group;
    const accuracy = rows.map(({ label, cells }) => {
      const mean = cells[0]?.summary?.mean;
      return `${label} ${mean === undefined ? "not run" : percent(mean)}`;
    });
    const gain = comparisons.map(({ baseline, cells }) => {
      const difference = cells[0]?.difference;
      const on = `on ${labelOf(group, baseline)}`;
      if (!difference) return `${on} not run`;
      const range = difference.interval ? ` (${signedInterval(difference.interval)})` : "";
      return `${on} ${signed(difference.mean)}${range}`;
    });
    return `${dataset}: ${accuracy.join(", ")}; gain in points: ${gain.join(", ")}`;
  });
  return `Top-1 accuracy in percent and gain of VgHIF across datasets. ${parts.join(". ")}.`;
}
