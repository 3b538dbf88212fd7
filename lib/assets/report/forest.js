/** A forest plot: differences to the baseline, each with its 95 % interval, one a line; no difference is the line at 0. */
import { colour, element } from "./dom.js";
import { isChosen, whenFiltered } from "./filter.js";
import { signed, signedInterval } from "./numbers.js";
import { PLOT_CONFIG, plotly } from "./plotly.js";
import { repainted } from "./plots.js";

/**
 * @typedef {object} ForestLine
 * @property {string} label
 * @property {number} mean percentage points
 * @property {readonly [number, number] | null} interval
 * @property {string} verdict "better", "worse" or "undecided"
 * @property {boolean} [picked] drawn larger
 * @property {string} [model] for the filter
 */

/** The buttons would lie over the first lines. */
const CONFIG = { ...PLOT_CONFIG, displayModeBar: false };

/** Pixels. */
const LINE = 26;
const VERDICT_COLOURS = { better: "--good", worse: "--bad", undecided: "--soft" };

/**
 * Draws the lines from top to bottom once the reader comes near, and whenever the page's colours or width change.
 *
 * @param {HTMLElement} target
 * @param {() => readonly ForestLine[]} lines asked for at every drawing
 * @param {(index: number) => void} [onPick] a line was clicked
 * @returns {() => void} draws again, if it has been drawn
 */
export function forest(target, lines, onPick) {
  let again = () => {};
  target.style.minHeight = `${heightOf(lines().length)}px`;
  const watch = new IntersectionObserver(
    async ([entry]) => {
      if (!entry?.isIntersecting) return;
      watch.disconnect();
      again = drawing(await plotly(), target, lines, onPick);
    },
    { rootMargin: "600px" },
  );
  watch.observe(target);
  return () => again();
}

/**
 * @param {any} library
 * @param {HTMLElement} target
 * @param {() => readonly ForestLine[]} lines
 * @param {(index: number) => void} [onPick]
 */
function drawing(library, target, lines, onPick) {
  let listening = false;
  const paint = () => {
    const shown = lines();
    target.style.minHeight = "";
    target.hidden = shown.length === 0;
    if (shown.length === 0) return;
    target.setAttribute("role", "img");
    target.setAttribute("aria-label", shown.map(spoken).join("; "));
    library.react(target, traces(shown), layout(shown, target.clientWidth), CONFIG);
    if (!onPick || listening) return;
    listening = true;
    /** @type {any} */ (target).on("plotly_click", (/** @type {any} */ event) => {
      onPick(lines().length - 1 - event.points[0].y);
    });
  };
  return repainted(/** @type {HTMLElement} */ (target.parentElement), paint);
}

/** @param {number} lines */
function heightOf(lines) {
  return lines * LINE + 76;
}

/** @param {ForestLine} line */
function spoken({ label, mean, interval }) {
  return `${label}: ${signed(mean)} points, ${signedInterval(interval)}`;
}

/** @param {readonly ForestLine[]} lines */
function traces(lines) {
  const colours = lines.map(({ verdict }) => colour(VERDICT_COLOURS[/** @type {"better"} */ (verdict)] ?? "--soft"));
  // One trace a line: the bars of one trace share their colour.
  return lines.map((line, index) => ({
    type: "scatter",
    mode: "markers",
    x: [line.mean],
    y: [lines.length - 1 - index],
    marker: { color: colours[index], size: line.picked ? 13 : 8, symbol: line.picked ? "diamond" : "circle" },
    error_x: {
      type: "data",
      symmetric: false,
      array: [line.interval ? line.interval[1] - line.mean : 0],
      arrayminus: [line.interval ? line.mean - line.interval[0] : 0],
      color: colours[index],
      thickness: line.picked ? 3 : 1.6,
      width: 4,
    },
    text: [spoken(line)],
    hovertemplate: "%{text}<extra></extra>",
    showlegend: false,
  }));
}

/**
 * @param {readonly ForestLine[]} lines
 * @param {number} width
 */
function layout(lines, width) {
  const narrow = width < 640;
  const most = narrow ? 22 : 52;
  const labels = lines.map(({ label, picked }) => {
    const text = label.length > most ? `${label.slice(0, most - 1)}…` : label;
    return picked ? `<b>${escaped(text)}</b>` : escaped(text);
  });
  const line = colour("--line");
  return {
    width,
    dragmode: false,
    height: heightOf(lines.length),
    margin: { l: 8, r: 12, t: 8, b: 52 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: "Helvetica, Arial, sans-serif", size: narrow ? 11 : 12, color: colour("--ink") },
    hoverlabel: { bgcolor: colour("--band"), bordercolor: line, font: { color: colour("--ink") } },
    xaxis: {
      title: {
        text: narrow
          ? "difference, points, 95 % interval"
          : "difference to the baseline, percentage points, with 95 % interval",
      },
      gridcolor: line,
      rangemode: "tozero",
      zeroline: true,
      zerolinecolor: colour("--ink"),
      zerolinewidth: 1.5,
    },
    yaxis: {
      tickvals: lines.map((_, index) => lines.length - 1 - index),
      ticktext: labels,
      range: [-0.6, lines.length - 0.4],
      automargin: true,
      gridcolor: line,
      zeroline: false,
      fixedrange: true,
    },
  };
}

/** @param {string} text */
function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** The differences of every table of a section, below its numbers: `[data-forest]` holds the lines as JSON. */
export function startForests() {
  for (const place of document.querySelectorAll("[data-forest]")) {
    const lines = JSON.parse(place.getAttribute("data-forest") ?? "[]");
    const target = element("div", { class: "forest" });
    place.replaceChildren(target);
    const redraw = forest(target, () => lines.filter(isChosen));
    whenFiltered(redraw);
  }
}
