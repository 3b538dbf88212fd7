/**
 * The runs behind a number: a click on it opens a dialog with each run's seed, accuracy, time, hashes and full spec. Escape
 * closes it, and the number has the focus again.
 */
import { copy } from "./clipboard.js";
import { element } from "./dom.js";
import { grouped, percent, sum } from "./numbers.js";
import { runAt, runName } from "./run-data.js";

/** @typedef {import("./run-data.js").Run} Run */

export function startProvenance() {
  document.addEventListener("click", (event) => {
    const number = event.target instanceof Element ? event.target.closest("[data-runs]") : null;
    if (!(number instanceof HTMLElement)) return;
    const indices = (number.dataset.runs ?? "").split(" ").map(Number);
    showRuns(number.dataset.title ?? `Runs behind ${number.textContent}`, indices.map(runAt));
  });
}

/**
 * Opens the dialog.
 *
 * @param {string} title
 * @param {readonly Run[]} runs
 */
export function showRuns(title, runs) {
  const dialog = /** @type {HTMLDialogElement} */ (
    element("dialog", { class: "runs-dialog", "aria-labelledby": "runs-title" })
  );
  const close = element(
    "button",
    { type: "button", class: "close", "aria-label": "Close", onclick: () => dialog.close() },
    "×",
  );
  dialog.append(
    element("header", {}, element("h2", { id: "runs-title" }, title), close),
    overview(runs),
    shared(runs),
    element("h3", {}, runs.length === 1 ? "The run in full" : "Each run in full"),
    ...runs.map((run) => details(run, runs.length === 1)),
  );
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** @param {readonly Run[]} runs */
function overview(runs) {
  const head = ["seed", "top-1 %", "top-5 %", "videos", "seconds", "id"];
  const lines = runs.map((run) => [
    String(run.spec.seed),
    percent(run.top1),
    percent(run.top5),
    run.skipped > 0 ? `${run.videos} (${run.skipped} unreadable)` : String(run.videos),
    secondsOf(run).toFixed(1),
    run.id.slice(0, 12),
  ]);
  const cells = (/** @type {readonly string[]} */ line) => line.map((text) => element("td", {}, text));
  return element(
    "div",
    { class: "scroll" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", { scope: "col" }, text)))),
      element("tbody", {}, ...lines.map((line) => element("tr", {}, ...cells(line)))),
    ),
  );
}

/** @param {Run} run */
export function secondsOf({ seconds }) {
  return sum([seconds.features, seconds.train, seconds.evaluate]);
}

/** What the runs have in common, and where they differ. @param {readonly Run[]} runs */
function shared(runs) {
  const distinct = (/** @type {(run: Run) => string | undefined} */ of) => [...new Set(runs.map(of))].join(", ");
  const facts = [
    ["weights", distinct(({ spec }) => spec.weights)],
    ["weights, SHA-256", distinct(({ hashes }) => hashes.weights)],
    ["data", distinct(({ spec, place }) => `${spec.dataset} (${place.datasetKind})`)],
    ["manifest, SHA-256", distinct(({ hashes }) => hashes.manifest)],
    ["backend", distinct(({ place }) => `${place.backend}, ${place.device}`)],
    ["software", distinct(({ place }) => `${place.package}, Node ${place.node}`)],
    [
      "parameters",
      distinct(
        ({ parameters }) =>
          `${grouped(parameters.total)}, trained ${grouped(parameters.trained)}, fusion ${grouped(parameters.fusion)}`,
      ),
    ],
  ];
  return element(
    "dl",
    {},
    ...facts.flatMap(([name, value]) => [element("dt", {}, name ?? ""), element("dd", {}, value ?? "")]),
  );
}

/**
 * @param {Run} run
 * @param {boolean} open
 */
function details(run, open) {
  const { place, ...rest } = run;
  const spec = JSON.stringify(run.spec, null, 1);
  const button = element("button", { type: "button", onclick: () => copy(spec, "the spec") }, "Copy the spec");
  return element(
    "details",
    { open },
    element("summary", {}, `${runName(run.spec)}: ${percent(run.top1)} %`),
    element(
      "p",
      {},
      button,
      " Save it as SPEC.json; ",
      element("code", {}, "npx vghif run SPEC.json"),
      " computes it.",
    ),
    element("pre", { tabindex: 0 }, JSON.stringify({ ...rest, ...place }, null, 1)),
  );
}
