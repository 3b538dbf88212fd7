/** What cells call to show a result. */
import type { DataFrame } from "danfojs-node";
import { renderCost } from "../experiments/cost/render.js";
import type { CostResult } from "../experiments/cost/result.js";
import type { Figure } from "../experiments/figure.js";
import type { Drawing } from "../experiments/figures.js";
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

/** What can be shown. */
export type Shown = TableResult | CostResult | DataFrame | Figure | Drawing | string;

/**
 * Shows a table, the cost table or a danfojs DataFrame (HTML), a figure (static SVG), or an SVG picture below the cell. Outside
 * a notebook's kernel it prints tables as text, and what a figure or picture is.
 */
export async function show(what: Shown, options: ShowOptions = {}): Promise<void> {
  if (typeof what === "string") showPicture(what, `[picture, ${what.length} bytes of SVG]`);
  else if (isTable(what)) await showText((format) => renderTable(what, format));
  else if (isCost(what)) await showText((format) => renderCost(what, format));
  else if (isDrawing(what)) {
    if (what.kind === "picture") showPicture(what.svg, `[picture] ${what.alt}`);
    else await showFigure(what.figure, options);
  } else if (isFrame(what)) {
    await showText((format) => Promise.resolve(format === "html" ? frameHtml(what, "") : frameText(what)));
  } else await showFigure(what, options);
}

function showPicture(svg: string, outside: string): void {
  const display = kernelDisplay();
  if (display) display.svg(svg);
  else console.log(outside);
}

async function showText(render: (format: "html" | "text") => Promise<string>): Promise<void> {
  const display = kernelDisplay();
  if (display) display.html(await render("html"));
  else console.log(await render("text"));
}

async function showFigure(figure: Figure, { interactive = false }: ShowOptions): Promise<void> {
  const display = kernelDisplay();
  if (!display) console.log(`[${figure.id}] ${figure.alt}`);
  else if (interactive) display.html(await interactiveFigure(figure));
  else display.svg(await figureSvg(figure));
}

function isTable(what: Exclude<Shown, string>): what is TableResult {
  return "groups" in what && "verdict" in what;
}

function isCost(what: Exclude<Shown, string>): what is CostResult {
  return "measured" in what && "counted" in what;
}

function isDrawing(what: Exclude<Shown, string>): what is Drawing {
  return "kind" in what && (what.kind === "plot" || what.kind === "picture");
}

function isFrame(what: DataFrame | Figure): what is DataFrame {
  return !("layout" in what && "alt" in what);
}
