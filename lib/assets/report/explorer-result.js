/** What the records say about one choice of options, and how to run it where they say nothing. */
import { copy } from "./clipboard.js";
import { element } from "./dom.js";
import { grouped, meanAndSd, pValue, signed, signedInterval } from "./numbers.js";

/**
 * @typedef {object} Cell
 * @property {{ mean: number, sd: number | null, interval: [number, number] | null }} summary
 * @property {number[]} seeds
 * @property {number[]} runs places in the page's list
 * @property {number} fusion parameters
 * @property {number} total parameters
 * @property {number} seconds a run, mean of training and evaluation
 */

/**
 * @typedef {object} Difference
 * @property {number} mean
 * @property {[number, number] | null} interval
 * @property {number | null} p
 * @property {number} n
 * @property {string} verdict
 */

/** @typedef {{ config: number, tables: string[], cell: Cell | null, difference: Difference | null }} Variant */

/**
 * @typedef {object} Setting
 * @property {string} label
 * @property {string} dataset
 * @property {string} model
 * @property {Record<string, any>} spec without seed and vghif
 * @property {number[]} seeds
 * @property {Cell | null} baseline
 * @property {Variant[]} variants
 */

/**
 * The choice against the baseline: accuracy, difference with interval, parameters, seconds.
 *
 * @param {Setting} setting
 * @param {Variant} variant one that has run
 * @param {string} name
 */
export function outcome({ baseline }, { cell, difference, tables }, name) {
  const { fusion, total, seconds, runs, seeds } = /** @type {Cell} */ (cell);
  const rows = [
    line("accuracy, top-1 %", number(cell, name), number(baseline, "Baseline")),
    line(
      "fusion parameters",
      `${grouped(fusion)} (${((100 * fusion) / total).toFixed(2)} % of all)`,
      baseline ? "0" : "—",
    ),
    line("seconds a run, training and evaluation", seconds.toFixed(1), baseline ? baseline.seconds.toFixed(1) : "—"),
  ];
  const head = element(
    "tr",
    {},
    ...["", "this choice", "baseline"].map((text) => element("th", { scope: "col" }, text)),
  );
  const verdict = difference ? verdictBox(difference) : message("No seed has both this choice and the baseline.");
  const where = tables.length > 0 ? `Part of ${tables.join(", ")}. ` : "";
  return [
    verdict,
    element(
      "div",
      { class: "scroll" },
      element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)),
    ),
    element(
      "p",
      { class: "caption" },
      `${where}${runs.length} ${runs.length === 1 ? "run, seed" : "runs, seeds"} ${seeds.join(", ")}. p and verdict are this one comparison's own; in its table they are corrected for the others. A click on a number shows its runs.`,
    ),
  ];
}

/** @param {Difference} difference */
function verdictBox({ mean, interval, p, n, verdict }) {
  const range = interval === null ? "no interval" : `95 % interval ${signedInterval(interval)}, ${pValue(p)}`;
  const text = ` to the baseline: ${range}, ${n} ${n === 1 ? "seed" : "seeds"}: ${verdict}`;
  return element("p", { class: `verdict-box ${verdict}` }, element("strong", {}, `${signed(mean)} points`), text);
}

/** @param {string} text */
function message(text) {
  return element("p", { class: "verdict-box" }, text);
}

/**
 * @param {string} name
 * @param {...(string | HTMLElement)} values
 */
function line(name, ...values) {
  return element("tr", {}, element("th", { scope: "row" }, name), ...values.map((value) => element("td", {}, value)));
}

/**
 * @param {Cell | null} cell
 * @param {string} name
 */
function number(cell, name) {
  if (!cell) return "—";
  const text = meanAndSd(cell.summary);
  return element(
    "button",
    { type: "button", class: "number", "data-runs": cell.runs.join(" "), "data-title": `${name}: ${text}` },
    text,
  );
}

/**
 * How to run what has not run: the table that declares it, or a spec for every seed.
 *
 * @param {Setting} setting
 * @param {Variant | undefined} variant
 * @param {Record<string, any>} vghif the config as a spec has it
 */
export function notRun({ spec, seeds }, variant, vghif) {
  const table = variant?.tables[0];
  const parts = [
    element(
      "p",
      { class: "verdict-box" },
      element("strong", {}, "Not run."),
      " No record has these options in this setting.",
    ),
  ];
  if (table !== undefined) {
    const scale = spec.scale === "smoke" ? "" : ` --scale ${spec.scale}`;
    parts.push(element("p", {}, `It is part of ${table}:`), command(`npx vghif reproduce ${table}${scale}`));
    return parts;
  }
  const seed = /** @type {HTMLSelectElement} */ (
    element("select", {}, ...seeds.map((value) => element("option", {}, String(value))))
  );
  const text = () => `${JSON.stringify({ ...spec, seed: Number(seed.value), vghif }, null, 1)}\n`;
  const save = element("a", { download: "SPEC.json", href: "#" }, "Save SPEC.json");
  const shown = element("pre", { tabindex: 0, "aria-label": "the spec" });
  const update = () => {
    shown.textContent = text();
    save.setAttribute("href", `data:application/json;charset=utf-8,${encodeURIComponent(text())}`);
  };
  seed.addEventListener("change", update);
  update();
  parts.push(
    element("p", {}, "No table declares it. Save its spec, once a seed, and run:"),
    command("npx vghif run SPEC.json && npx vghif report"),
    element(
      "div",
      { class: "toolbar" },
      element("label", {}, "seed ", seed),
      save,
      element("button", { type: "button", onclick: () => copy(text(), "the spec") }, "Copy the spec"),
    ),
    element("details", {}, element("summary", {}, "The spec"), shown),
  );
  return parts;
}

/** @param {string} text */
function command(text) {
  return element(
    "p",
    { class: "command" },
    element("code", {}, text),
    element("button", { type: "button", onclick: () => copy(text, "the command") }, "Copy"),
  );
}
