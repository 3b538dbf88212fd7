// The report's behaviour: unpacks plotly and replaces each static drawing by the interactive one, in the page's
// colours and, on a narrow screen, with the panels below each other. Without it the static drawings stay.
(() => {
  const NARROW = 640;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");

  async function unpack() {
    const packed = Uint8Array.from(atob(document.getElementById("plotly-gz").textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const script = document.createElement("script");
    script.textContent = await new Response(stream).text();
    document.head.append(script);
  }

  function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function axisNames(layout, letter) {
    return Object.keys(layout).filter((key) => new RegExp(`^${letter}axis\\d*$`).test(key));
  }

  function themed(layout, width) {
    const copy = structuredClone(layout);
    const grid = { gridcolor: colour("--line"), zerolinecolor: colour("--line"), linecolor: colour("--line") };
    for (const key of [...axisNames(copy, "x"), ...axisNames(copy, "y")]) Object.assign(copy[key], grid);
    Object.assign(copy, { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", width });
    copy.font.color = colour("--ink");
    copy.legend.bgcolor = "rgba(0,0,0,0)";
    return width < NARROW ? stacked(copy) : copy;
  }

  function stacked(layout) {
    const xs = axisNames(layout, "x");
    const share = 1 / xs.length;
    const gap = 0.12;
    for (const [index, key] of xs.entries()) {
      const top = 1 - index * share - (index === 0 ? 0 : gap / 2);
      const bottom = 1 - (index + 1) * share + (index === xs.length - 1 ? 0 : gap / 2 + 0.02);
      layout[key].domain = [0, 1];
      if (index < xs.length - 1) layout[key].title.text = "";
      layout[key.replace("x", "y")].domain = [bottom, top];
      Object.assign(layout.annotations[index], { x: 0.5, y: top + 0.005 });
    }
    layout.title.text = layout.title.text.replace(": ", "<br>");
    layout.title.font = { size: 14 };
    layout.legend.y = -0.13;
    layout.height = 300 * xs.length + 120;
    layout.margin = { ...layout.margin, l: 48, r: 8 };
    return layout;
  }

  function draw(figure) {
    const { data, layout } = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
    const target = figure.querySelector(".interactive");
    const paint = () => {
      const width = Math.min(figure.clientWidth, layout.width);
      window.Plotly.react(target, data, themed(layout, width), { displaylogo: false, responsive: false });
    };
    target.hidden = false;
    paint();
    figure.querySelector(".static").remove();
    dark.addEventListener("change", paint);
    window.addEventListener("resize", paint);
  }

  unpack().then(() => {
    for (const figure of document.querySelectorAll("figure.plot")) draw(figure);
    document.documentElement.dataset.plots = "ready";
  });
})();
