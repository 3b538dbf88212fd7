/**
 * figure-embedding: a map of the test videos, the baseline's beside + VgHIF's, coloured by class. What is mapped are cosines
 * with all class texts (evaluate/embedding.ts says why); both panels are one plane, so places can be compared.
 */
import { FAMILIES } from "../models/families.js";
import type { EmbeddingRecord, EmbeddingSide } from "./embedding-record.js";
import { runLabel } from "./execute.js";
import type { Annotation, Axis, Figure, ScatterTrace } from "./figure.js";
import { FIGURE_FONT, FIGURE_WIDTH } from "./figure-style.js";
import { percent } from "./format.js";
import type { RunSpec } from "./spec.js";

/** The palette of Okabe and Ito (2008), which colour-blind readers can tell apart; then the same with other markers. */
const COLORS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#333333"] as const;
const SYMBOLS = ["circle", "triangle-up-open", "square-open"] as const;

const GAP = 0.08;

type Range = readonly [low: number, high: number];

export function figureEmbedding(record: EmbeddingRecord): Figure {
  const { classes, explained, specs } = record;
  const sides = [
    { side: record.baseline, spec: specs.baseline },
    { side: record.treatment, spec: specs.treatment },
  ] as const;
  const width = (1 - GAP) / 2;
  const ranges = commonRanges([record.baseline, record.treatment]);
  const axis = (component: 0 | 1): Axis => ({
    title: { text: `component ${component + 1} (${Math.round(100 * explained[component])} % of variance)` },
    type: "linear",
    range: ranges[component],
    zeroline: false,
  });
  return {
    id: "figure-embedding",
    alt: altText(record),
    data: sides.flatMap(({ side }, panel) => classes.map((name, label) => classTrace(side, name, label, panel))),
    layout: {
      title: { text: `Test videos among the class texts: ${runLabel(specs.baseline)} (scale ${specs.baseline.scale})` },
      width: FIGURE_WIDTH,
      height: 610,
      margin: { l: 66, r: 16, t: 84, b: 170 },
      legend: { orientation: "h", x: 0.5, xanchor: "center", y: -0.18, yanchor: "top" },
      annotations: sides.map(({ side, spec }, panel) => panelTitle(side, spec, panel * (width + GAP) + width / 2)),
      font: FIGURE_FONT,
      xaxis: { ...axis(0), domain: [0, width], anchor: "y" },
      yaxis: { ...axis(1), anchor: "x" },
      xaxis2: { ...axis(0), domain: [width + GAP, 1], anchor: "y2" },
      yaxis2: { ...axis(1), title: { text: "" }, anchor: "x2" },
    },
  };
}

function classTrace({ videos }: EmbeddingSide, name: string, label: number, panel: number): ScatterTrace {
  const own = videos.filter((video) => video[1] === label);
  const suffix = panel === 0 ? "" : "2";
  return {
    type: "scatter",
    mode: "markers",
    name,
    legendgroup: name,
    showlegend: panel === 0,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    x: own.map(([, , x]) => x),
    y: own.map(([, , , y]) => y),
    marker: {
      color: COLORS[label % COLORS.length]!,
      size: 7,
      symbol: SYMBOLS[Math.floor(label / COLORS.length) % SYMBOLS.length]!,
    },
    text: own.map(([path]) => `${name}: ${path}`),
    hovertemplate: "%{text}<extra></extra>",
  };
}

function panelTitle(side: EmbeddingSide, spec: RunSpec, x: number): Annotation {
  const text = `<b>${modelName(spec)}</b>: ${separation(side)}`;
  return { text, x, y: 1.02, xref: "paper", yref: "paper", xanchor: "center", yanchor: "bottom", showarrow: false };
}

function modelName({ model, vghif }: RunSpec): string {
  const { title } = FAMILIES[model];
  return vghif ? `${title} + VgHIF` : title;
}

function separation({ silhouette, top1, videos }: EmbeddingSide): string {
  const apart = silhouette === null ? "not defined" : silhouette.toFixed(3);
  return `${videos.length} videos, top-1 ${percent(top1)} %, silhouette ${apart}`;
}

/** The same of both panels, and as long on both axes, so that distances compare. */
function commonRanges(sides: readonly EmbeddingSide[]): readonly [Range, Range] {
  const extents = ([2, 3] as const).map((coordinate) => {
    const values = sides.flatMap(({ videos }) => videos.map((video) => video[coordinate]));
    return [Math.min(...values), Math.max(...values)] as const;
  });
  const length = 1.08 * Math.max(...extents.map(([low, high]) => high - low), 1e-3);
  const [x, y] = extents.map(([low, high]): Range => {
    const middle = (low + high) / 2;
    return [Number((middle - length / 2).toFixed(4)), Number((middle + length / 2).toFixed(4))];
  });
  return [x!, y!];
}

function altText({ baseline, treatment, classes, specs }: EmbeddingRecord): string {
  return (
    `Map of test videos of ${specs.baseline.dataset} by their cosines with all class texts, on two principal components, ` +
    `coloured by class (${classes.join(", ")}). Baseline: ${separation(baseline)}. With VgHIF: ${separation(treatment)}; ` +
    "a higher silhouette means that classes stand further apart."
  );
}
