/** A figure for a notebook's output that needs no network: a page of its own, plotly included, in a frame. */
import type { Figure } from "../experiments/figure.js";
import { escapeHtml } from "../experiments/frame-text.js";
import { pageOf, plotHtml } from "../experiments/report/document.js";

/** Room below and above the plot in its frame, pixels. */
const ROOM = 48;

export async function interactiveFigure(figure: Figure): Promise<string> {
  const page = pageOf(figure.id, await plotHtml(figure));
  const height = figure.layout.height + ROOM;
  return `<iframe title="${escapeHtml(figure.alt)}" style="width:100%;height:${height}px;border:0" srcdoc="${escapeHtml(page)}"></iframe>`;
}
