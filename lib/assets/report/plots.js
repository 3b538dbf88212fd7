/**
 * The figures: each static drawing is replaced by the interactive one, in the page's colours and, on a narrow screen, with
 * the panels below each other. Without this script the static drawings stay.
 */
import { colour } from "./dom.js";
import { isChosen, whenFiltered } from "./filter.js";
import { PLOT_CONFIG, plotly } from "./plotly.js";

const NARROW = 640;
const GAP = 0.12;

/** Pixels. */
const ROOM = 70;

/**
 * @param {any} layout
 * @param {string} letter "x" or "y"
 */
function axisNames(layout, letter) {
  return Object.keys(layout).filter((key) => new RegExp(`^${letter}axis\\d*$`).test(key));
}

/**
 * The layout in the page's colours and width.
 *
 * @param {any} layout
 * @param {number} width pixels
 */
export function themed(layout, width) {
  const copy = structuredClone(layout);
  const line = colour("--line");
  for (const key of [...axisNames(copy, "x"), ...axisNames(copy, "y")]) {
    const zerolinecolor = copy[key].zerolinecolor ? colour("--ink") : line;
    Object.assign(copy[key], { gridcolor: line, zerolinecolor, linecolor: line });
  }
  Object.assign(copy, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", width });
  copy.font = { ...copy.font, color: colour("--ink") };
  copy.legend = { ...copy.legend, bgcolor: "rgba(0,0,0,0)" };
  copy.hoverlabel = { bgcolor: colour("--band"), bordercolor: line, font: { color: colour("--ink") } };
  return width < NARROW ? narrow(copy) : copy;
}

/** @param {any} layout */
function narrow(layout) {
  const panels = axisNames(layout, "x");
  layout.title = { ...layout.title, text: layout.title.text.replace(": ", "<br>"), font: { size: 14 } };
  layout.margin = { ...layout.margin, r: 8 };
  if (!panels.some((key) => layout[key].domain?.[0] > 0)) {
    // Names below the axis turn aside and need room above the legend.
    layout.legend.y = (layout.legend.y ?? 0) - 0.1;
    layout.margin.b += ROOM;
    layout.height += ROOM;
    return layout;
  }
  const share = 1 / panels.length;
  for (const [index, key] of panels.entries()) {
    const last = index === panels.length - 1;
    const top = 1 - index * share - (index === 0 ? 0 : GAP / 2);
    const bottom = 1 - (index + 1) * share + (last ? 0 : GAP / 2 + 0.02);
    layout[key].domain = [0, 1];
    if (!last && layout[key].title) layout[key].title.text = "";
    layout[key.replace("x", "y")].domain = [bottom, top];
    const title = layout.annotations?.[index];
    if (title) Object.assign(title, { x: 0.5, xanchor: "center", y: top + 0.005 });
  }
  layout.legend.y = -0.4 / panels.length;
  layout.margin = { ...layout.margin, l: 48 };
  layout.height = 260 * panels.length + layout.margin.t + layout.margin.b;
  return layout;
}

/** Width of the page's column when plots were last drawn: a phone's address bar changes the height alone. */
const paints = /** @type {Set<() => void>} */ (new Set());
let drawnWidth = 0;

/**
 * Draws now, and again when the colours or the page's width change; what the filter hides waits until it is shown.
 *
 * @param {HTMLElement} place what is as wide as the drawing may be
 * @param {() => void} paint
 * @returns {() => void} draws once more
 */
export function repainted(place, paint) {
  if (paints.size === 0) {
    const all = () => {
      for (const again of paints) again();
    };
    window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", all);
    drawnWidth = document.documentElement.clientWidth;
    window.addEventListener("resize", () => {
      if (document.documentElement.clientWidth === drawnWidth) return;
      drawnWidth = document.documentElement.clientWidth;
      all();
    });
  }
  let waiting = false;
  const paintShown = () => {
    waiting = place.clientWidth === 0;
    if (!waiting) paint();
  };
  paints.add(paintShown);
  whenFiltered(() => {
    if (waiting) paintShown();
  });
  paintShown();
  return paintShown;
}

/**
 * A copy of the traces, what is drawn in near black in the page's ink.
 *
 * @param {readonly any[]} data
 */
function inked(data) {
  const copy = structuredClone(data);
  for (const { marker } of copy) if (marker?.color === "#333333") marker.color = colour("--ink");
  return copy;
}

/**
 * The traces, those of another model than the chosen one left undrawn: a trace of a model is in the group of its row ("clip+vghif").
 *
 * @param {readonly any[]} data
 */
function filtered(data) {
  const models = new Set(
    [...document.querySelectorAll("#filter-model option")].map((option) => option.getAttribute("value")),
  );
  return data.map((trace) => {
    const [model] = trace.legendgroup?.split("+") ?? [];
    return models.has(model) && !isChosen({ model }) ? { ...trace, visible: false } : trace;
  });
}

/**
 * @param {any} library
 * @param {HTMLElement} figure
 */
function draw(library, figure) {
  const json = figure.querySelector('script[type="application/json"]')?.textContent ?? "";
  const { data, layout } = JSON.parse(json);
  const target = /** @type {HTMLElement} */ (figure.querySelector(".interactive"));
  target.hidden = false;
  figure.querySelector(".static")?.remove();
  const again = repainted(figure, () => {
    const width = Math.min(figure.clientWidth, layout.width);
    library.react(target, filtered(inked(data)), themed(layout, width), {
      ...PLOT_CONFIG,
      displayModeBar: width < NARROW ? false : "hover",
    });
  });
  whenFiltered(again);
}

/** Draws every figure of the page; afterwards the document says `data-plots="ready"`. */
export async function startPlots() {
  const library = await plotly();
  for (const figure of document.querySelectorAll("figure.plot")) draw(library, /** @type {HTMLElement} */ (figure));
  document.documentElement.dataset.plots = "ready";
}
