/**
 * figure-shots: accuracy over shots, one panel a dataset, one line a model, band = 95 % interval over seeds. Reads table 4.
 */
import { shotsOfColumn } from "./column-key.js";
import type { Annotation, Axis, AxisName, Figure, ScatterTrace } from "./figure.js";
import { FIGURE_FONT, FIGURE_WIDTH, modelStyle, rounded } from "./figure-style.js";
import { percent } from "./format.js";
import type { GroupResult, RowResult, TableResult } from "./table-result.js";

const GAP = 0.09;

/** Draws the numbers of a few-shot table (column keys `<dataset>-k<shots>`). Cells without a run are left out. */
export function figureShots(result: TableResult): Figure {
  const { groups, scale } = result;
  const width = (1 - GAP * (groups.length - 1)) / groups.length;
  const axes: { [name in AxisName]?: Axis } = {};
  const annotations: Annotation[] = [];
  const data: ScatterTrace[] = [];
  for (const [panel, group] of groups.entries()) {
    const suffix = panel === 0 ? "" : (`${panel + 1}` as const);
    const left = panel * (width + GAP);
    const shots = group.columns.map(({ key }) => shotsOf(key));
    axes[`xaxis${suffix}` as "xaxis"] = {
      title: { text: "K, training videos a class" },
      type: "log",
      tickvals: shots,
      ticktext: shots.map(String),
      range: [Math.log10(Math.min(...shots) * 0.85), Math.log10(Math.max(...shots) * 1.18)],
      domain: [left, left + width],
      anchor: `y${suffix}`,
    };
    axes[`yaxis${suffix}` as "yaxis"] = {
      title: { text: panel === 0 ? `${result.metric === "top1" ? "top-1" : "top-5"} accuracy, %` : "" },
      type: "linear",
      anchor: `x${suffix}`,
    };
    annotations.push(panelTitle(group, left + width / 2));
    for (const [index, row] of group.rows.entries()) data.push(...lineOf(row, index, panel, suffix));
  }
  return {
    id: "figure-shots",
    alt: altText(result),
    data,
    layout: {
      title: { text: `Accuracy over shots: mean of seeds, band = 95 % interval (scale ${scale})` },
      width: FIGURE_WIDTH,
      height: 460,
      margin: { l: 62, r: 16, t: 92, b: 116 },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.24, yanchor: "top" },
      annotations,
      font: FIGURE_FONT,
      ...axes,
    },
  };
}

function shotsOf(column: string): number {
  return shotsOfColumn(column) ?? Number.NaN;
}

function panelTitle(group: GroupResult, x: number): Annotation {
  const kind = group.kind === null ? "not run" : group.kind === "generated" ? "generated data" : `${group.kind} data`;
  const text = `<b>${group.dataset}</b> (${kind}, ${group.weights})`;
  return { text, x, y: 1.02, xref: "paper", yref: "paper", xanchor: "center", yanchor: "bottom", showarrow: false };
}

/** The band below, the line above it. */
function lineOf(row: RowResult, index: number, panel: number, suffix: string): readonly ScatterTrace[] {
  const { color, band, symbol, dash } = modelStyle(row.key, index);
  const points = row.cells.flatMap(({ column, summary, seeds, videos }) =>
    summary === null ? [] : [{ x: shotsOf(column), summary, seeds: seeds.length, videos: videos?.[0] ?? 0 }],
  );
  const shared = {
    type: "scatter",
    name: row.label,
    legendgroup: row.key,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
  } as const;
  const wide = points.flatMap(({ x, summary: { interval } }) => (interval === null ? [] : [{ x, interval }]));
  const line: ScatterTrace = {
    ...shared,
    mode: "lines+markers",
    x: points.map(({ x }) => x),
    y: points.map(({ summary }) => rounded(summary.mean)),
    showlegend: panel === 0,
    line: { color, width: 2, dash },
    marker: { color, size: 8, symbol },
    text: points.map(({ summary: { mean, interval }, seeds, videos }) => {
      const range = interval === null ? "no interval" : `95 % interval ${interval.map(percent).join(" to ")}`;
      return `${row.label}: ${percent(mean)} %, ${range}, ${seeds} seeds x ${videos} videos`;
    }),
    hovertemplate: "%{text}<extra></extra>",
  };
  if (wide.length < 2) return [line];
  const back = [...wide].reverse();
  const area: ScatterTrace = {
    ...shared,
    mode: "lines",
    x: [...wide.map(({ x }) => x), ...back.map(({ x }) => x)],
    y: [...wide.map(({ interval }) => possible(interval[1])), ...back.map(({ interval }) => possible(interval[0]))],
    showlegend: false,
    line: { width: 0 },
    fill: "toself",
    fillcolor: band,
    hoverinfo: "skip",
  };
  return [area, line];
}

/** A t interval of few seeds may leave 0 to 100 %; an accuracy cannot. */
function possible(percentage: number): number {
  return rounded(Math.min(100, Math.max(0, percentage)));
}

function altText({ groups }: TableResult): string {
  const panels = groups.map(({ dataset, columns, rows }) => {
    const lines = rows.map(({ label, cells }) => {
      const values = cells.map(({ summary }) => (summary === null ? "not run" : percent(summary.mean)));
      return `${label} ${values.join(", ")}`;
    });
    return `${dataset}, ${columns.map(({ label }) => label).join(", ")}: ${lines.join("; ")}`;
  });
  return `Accuracy in percent over shots. ${panels.join(". ")}.`;
}
