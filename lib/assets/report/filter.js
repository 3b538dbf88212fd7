/** One dataset, one model: what is of another is hidden, and so is a section that then has nothing to show. */
import { announce } from "./dom.js";

/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * The dataset and the model that are chosen; empty for all.
 *
 * @returns {{ readonly dataset: string, readonly model: string }}
 */
export function chosen() {
  return { dataset: fieldValue("filter-dataset"), model: fieldValue("filter-model") };
}

/**
 * Calls back whenever the choice has changed.
 *
 * @param {() => void} listener
 */
export function whenFiltered(listener) {
  listeners.add(listener);
}

/** @param {string} id */
function fieldValue(id) {
  const field = document.getElementById(id);
  return field instanceof HTMLSelectElement ? field.value : "";
}

/**
 * Whether something of this dataset and model is shown; what is of no one dataset or model is of all.
 *
 * @param {{ readonly dataset?: string, readonly model?: string }} of
 */
export function isChosen({ dataset = "", model = "" }) {
  const choice = chosen();
  const fits = (/** @type {string} */ own, /** @type {string} */ wanted) =>
    own === "" || wanted === "" || own === wanted;
  return fits(dataset, choice.dataset) && fits(model, choice.model);
}

function apply() {
  const parts = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main [data-dataset], main [data-model]")]);
  for (const part of parts) part.hidden = !isChosen(part.dataset);
  for (const section of document.querySelectorAll("main section")) {
    const blocks = /** @type {HTMLElement[]} */ ([...section.querySelectorAll(".block")]);
    if (blocks.length === 0) continue;
    for (const block of blocks) {
      const rows = /** @type {HTMLElement[]} */ ([...block.querySelectorAll("tbody tr")]);
      block.hidden = !isChosen(block.dataset) || (rows.length > 0 && rows.every((row) => row.hidden));
    }
    const empty = blocks.every((block) => block.hidden);
    section.classList.toggle("filtered-out", empty);
    document.querySelector(`nav a[href="#${section.id}"]`)?.classList.toggle("filtered-out", empty);
  }
  for (const listener of listeners) listener();
}

export function startFilter() {
  const form = document.getElementById("filter");
  form?.addEventListener("change", () => {
    apply();
    const { dataset, model } = chosen();
    announce(dataset || model ? `Only ${[dataset, model].filter((name) => name !== "").join(", ")}` : "Everything");
  });
  form?.addEventListener("reset", () => setTimeout(apply));
  if (chosen().dataset || chosen().model) apply();
}
