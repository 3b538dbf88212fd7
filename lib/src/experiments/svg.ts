/**
 * A plotly figure as a static SVG without a browser: plotly draws into jsdom, with text sizes estimated because jsdom
 * lays nothing out. Normalised, so that the same figure gives the same bytes: ids from the figure's hash, numbers to
 * two decimals.
 */
import { readFileSync } from "node:fs";
import { TextDecoder, TextEncoder } from "node:util";
import type { DOMWindow } from "jsdom";
import type { Figure, FigureLayout } from "./figure.js";
import { canonicalJson, sha256 } from "./id.js";
import { estimateTextBox } from "./text-box.js";

interface Plotly {
  newPlot(element: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  toImage(element: Element, options: object): Promise<string>;
  purge(element: Element): void;
}

let drawing: Promise<unknown> = Promise.resolve();
let started: Promise<{ readonly plotly: Plotly; readonly window: DOMWindow }> | null = null;

/** Draws the figure on white; about a second for the first one of a process, then tens of milliseconds. */
export function figureSvg(figure: Figure): Promise<string> {
  const result = drawing.then(() => draw(figure));
  drawing = result.catch(() => undefined);
  return result;
}

async function draw({ data, layout, alt }: Figure): Promise<string> {
  started ??= start();
  const { plotly, window } = await started;
  const element = window.document.createElement("div");
  window.document.body.append(element);
  try {
    // plotly writes into what it is given; a uid it is not given would be random
    const traces = data.map((trace, index) => ({ ...structuredClone(trace), uid: `-${index}` }));
    await plotly.newPlot(element, traces, unclippedLabels(layout), { staticPlot: true });
    const { width, height } = layout;
    const svg = await plotly.toImage(element, { format: "svg", imageDataOnly: true, width, height });
    return normalise(svg, window, alt, sha256(canonicalJson({ data, layout })).slice(0, 8));
  } finally {
    plotly.purge(element);
    element.remove();
  }
}

/** A copy whose tick labels stay: plotly hides those that seem to leave the picture, which nobody can tell here. */
function unclippedLabels(layout: FigureLayout): Record<string, unknown> {
  const fields = Object.entries(structuredClone(layout));
  return Object.fromEntries(
    fields.map(([name, value]) => [
      name,
      /^[xy]axis\d*$/.test(name) ? { ...Object(value), ticklabeloverflow: "allow" } : value,
    ]),
  );
}

async function start() {
  const { JSDOM } = await import("jsdom");
  const { window } = new JSDOM("<!doctype html><body></body>", { runScripts: "outside-only" });
  Object.assign(window, {
    TextDecoder,
    TextEncoder,
    matchMedia: () => ({ matches: false, addListener: () => undefined, removeListener: () => undefined }),
    requestAnimationFrame: (callback: () => void) => window.setTimeout(callback, 0),
    cancelAnimationFrame: (handle: number) => window.clearTimeout(handle),
  });
  window.URL.createObjectURL = () => "";
  window.HTMLCanvasElement.prototype.getContext = () => null;
  const textBox = function (this: SVGElement) {
    return estimateTextBox(this);
  };
  Object.assign(window.SVGElement.prototype, { getBBox: textBox, getBoundingClientRect: textBox });
  window.eval(readFileSync(require.resolve("plotly.js-dist"), "utf8"));
  return { plotly: window.Plotly as Plotly, window };
}

function normalise(svg: string, window: DOMWindow, alt: string, name: string): string {
  const uid = /id="defs-([0-9a-f]{6})"/.exec(svg)?.[1];
  const named = uid ? svg.replaceAll(uid, name) : svg;
  const document = new window.DOMParser().parseFromString(named, "image/svg+xml");
  for (const element of document.querySelectorAll("*")) {
    for (const { name: attribute, value } of [...element.attributes]) {
      element.setAttribute(
        attribute,
        value.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2)))),
      );
    }
  }
  const root = document.documentElement;
  root.setAttribute("role", "img");
  root.setAttribute("aria-label", alt);
  return new window.XMLSerializer().serializeToString(document);
}
