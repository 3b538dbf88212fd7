/** What cells call to show a result. */
import type { DataFrame } from "danfojs-node";
import type { Figure } from "../experiments/figure.js";
import { frameHtml, frameText } from "../experiments/frame-text.js";
import { renderTable } from "../experiments/render.js";
import { figureSvg } from "../experiments/svg.js";
import type { TableResult } from "../experiments/table-result.js";
import { interactiveFigure } from "./interactive.js";
import { kernelDisplay } from "./kernel-display.js";

export interface ShowOptions {
  /**
   * A figure one can zoom and hover over, with all of plotly inside the output (3 MB: not to be committed). Default
   * false: a static SVG, which a code host's page shows too.
   */
  readonly interactive?: boolean;
}

/**
 * Shows a table or a danfojs DataFrame (HTML), a figure (static SVG), or an SVG picture below the cell. Outside a
 * notebook's kernel it prints tables as text, and what a figure or picture is.
 */
export async function show(what: TableResult | DataFrame | Figure | string, options: ShowOptions = {}): Promise<void> {
  const display = kernelDisplay();
  if (typeof what === "string") {
    if (display) display.svg(what);
    else console.log(`[picture, ${what.length} bytes of SVG]`);
  } else if (isTable(what)) {
    if (display) display.html(await renderTable(what, "html"));
    else console.log(await renderTable(what, "text"));
  } else if (isFrame(what)) {
    if (display) display.html(frameHtml(what, ""));
    else console.log(frameText(what));
  } else if (!display) {
    console.log(`[${what.id}] ${what.alt}`);
  } else if (options.interactive) {
    display.html(await interactiveFigure(what));
  } else {
    display.svg(await figureSvg(what));
  }
}

function isTable(what: TableResult | DataFrame | Figure): what is TableResult {
  return "groups" in what && "verdict" in what;
}

function isFrame(what: DataFrame | Figure): what is DataFrame {
  return !("layout" in what && "alt" in what);
}
