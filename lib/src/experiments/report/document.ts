/** A self-contained page: style, plotly and behaviour inside; the browser is told to fetch nothing. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { PACKAGE_ROOT } from "../../project.js";
import type { Figure } from "../figure.js";
import { escapeHtml } from "../frame-text.js";
import { figureSvg } from "../svg.js";

const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:; font-src data:";

/** A page around `body`, an HTML text, which may hold plots (plotHtml). */
export function pageOf(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${asset("page.css")}</style>
</head>
<body>
<main>
${body}
</main>
<script type="text/plain" id="plotly-gz">${plotlyGzip()}</script>
<script>${asset("page.js")}</script>
</body>
</html>
`;
}

/** The static drawing, and the same figure's data for the page's script to replace it by the interactive one. */
export async function plotHtml(figure: Figure): Promise<string> {
  const json = JSON.stringify({ data: figure.data, layout: figure.layout }).replaceAll("<", "\\u003c");
  return `<figure class="plot">
<div class="static">${await figureSvg(figure)}</div>
<div class="interactive" role="img" aria-label="${escapeHtml(figure.alt)}" hidden></div>
<script type="application/json">${json}</script>
</figure>`;
}

function asset(name: string): string {
  return readFileSync(path.join(PACKAGE_ROOT, "assets", "report", name), "utf8");
}

/** plotly.js, compressed to a fifth: the page's script unpacks it. */
function plotlyGzip(): string {
  return gzipSync(readFileSync(require.resolve("plotly.js-dist")), { level: 9 }).toString("base64");
}
