/** The list of all runs: made when it is opened, filtered with the page, each line with its provenance. */
import { addCopying } from "./copy-tables.js";
import { element } from "./dom.js";
import { isChosen, whenFiltered } from "./filter.js";
import { grouped, percent } from "./numbers.js";
import { secondsOf } from "./provenance.js";
import { runAt, runCount } from "./run-data.js";
import { makeSortable } from "./sort.js";

const HEAD = ["run", "dataset", "K", "model", "seed", "top-1 %", "top-5 %", "fusion parameters", "seconds", "finished"];

export function startRuns() {
  const place = document.getElementById("all-runs");
  const details = place?.closest("details");
  if (!place || !details) return;
  details.addEventListener("toggle", () => {
    if (details.open && place.childElementCount === 0) fill(place);
  });
  whenFiltered(() => {
    const rows = /** @type {HTMLElement[]} */ ([...place.querySelectorAll("tbody tr")]);
    for (const row of rows) row.hidden = !isChosen(row.dataset);
  });
}

/** @param {HTMLElement} place */
function fill(place) {
  const rows = Array.from({ length: runCount() }, (_, index) => line(index));
  const table = /** @type {HTMLTableElement} */ (
    element(
      "table",
      { "aria-label": "all runs" },
      element("thead", {}, element("tr", {}, ...HEAD.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...rows),
    )
  );
  place.append(element("div", { class: "scroll tall", tabindex: 0, role: "region", "aria-label": "all runs" }, table));
  makeSortable(table);
  addCopying(table, "the list of runs");
}

/** @param {number} index */
function line(index) {
  const run = runAt(index);
  const { dataset, shots, model, vghif, seed } = run.spec;
  const id = element(
    "button",
    { type: "button", class: "number", "data-runs": index, "data-title": `Run ${run.id.slice(0, 12)}` },
    run.id.slice(0, 12),
  );
  const texts = [
    dataset,
    shots === null ? "—" : String(shots),
    vghif ? `${model} + VgHIF` : model,
    String(seed),
    percent(run.top1),
    percent(run.top5),
    grouped(run.parameters.fusion),
    secondsOf(run).toFixed(1),
    run.finished.slice(0, 16).replace("T", " "),
  ];
  const row = element(
    "tr",
    { "data-dataset": dataset, "data-model": model },
    element("th", { scope: "row" }, id),
    ...texts.map((text) => element("td", {}, text)),
  );
  row.hidden = !isChosen(row.dataset);
  return row;
}
