/** plotly, which the page holds compressed: unpacked once, when the page has been drawn. */

/** @returns {Promise<any>} */
async function unpack() {
  const packed = document.getElementById("plotly-gz")?.textContent ?? "";
  const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const script = document.createElement("script");
  script.textContent = await new Response(stream).text();
  document.head.append(script);
  return /** @type {any} */ (window).Plotly;
}

/** @type {Promise<any> | null} */
let started = null;

/** The plotting library. @returns {Promise<any>} */
export function plotly() {
  started ??= unpack();
  return started;
}

/** What every plot has: no logo, no button that talks to a server. */
export const PLOT_CONFIG = { displaylogo: false, responsive: false };
