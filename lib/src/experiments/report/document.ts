/** A self-contained page: style, plotly and behaviour inside; the browser is told to fetch nothing. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { Figure } from "../figure.js";
import { escapeHtml } from "../frame-text.js";
import { figureSvg } from "../svg.js";
import { type PageScript, pageScript, pageStyle } from "./assets.js";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:";

export interface PageOptions {
  /** Default: "plots". */
  readonly script?: PageScript;
  /** HTML above the content, such as a navigation. Default: none. */
  readonly header?: string;
}

/** A page around `body`, an HTML text, which may hold plots (plotHtml). */
export function pageOf(title: string, body: string, { script = "plots", header = "" }: PageOptions = {}): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${pageStyle()}</style>
</head>
<body>
${header}
<main id="content" tabindex="-1">
${body}
</main>
<script type="text/plain" id="plotly-gz">${plotlyGzip()}</script>
<script>${pageScript(script)}</script>
</body>
</html>
`;
}

/** The static drawing, and the same figure's data for the page's script to replace it by the interactive one. */
export async function plotHtml(figure: Figure): Promise<string> {
  return `<figure class="plot">
<div class="static">${await figureSvg(figure)}</div>
<div class="interactive" role="img" aria-label="${escapeHtml(figure.alt)}" hidden></div>
${jsonScript({ data: figure.data, layout: figure.layout })}
</figure>`;
}

/** Data for the page's script; nothing in it can end the script element. */
export function jsonScript(value: unknown, id?: string): string {
  const json = JSON.stringify(value).replaceAll("<", "\\u003c");
  return `<script type="application/json"${id === undefined ? "" : ` id="${id}"`}>${json}</script>`;
}

let packed: string | null = null;

/** plotly.js, compressed to a fifth: the page's script unpacks it. */
function plotlyGzip(): string {
  packed ??= gzipSync(readFileSync(require.resolve("plotly.js-dist")), { level: 9 }).toString("base64");
  return packed;
}
