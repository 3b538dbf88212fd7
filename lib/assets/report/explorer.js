/** The ablation explorer: choose options of VgHIF, see what the records say about them. */
import { element, embedded } from "./dom.js";
import { changesOf, configIn, fieldsOf, isSame, write } from "./explorer-form.js";
import { notRun, outcome } from "./explorer-result.js";
import { isChosen, whenFiltered } from "./filter.js";
import { forest } from "./forest.js";

/** @typedef {import("./explorer-form.js").Config} Config */
/** @typedef {import("./explorer-form.js").Option} Option */
/** @typedef {import("./explorer-result.js").Setting} Setting */
/** @typedef {import("./explorer-result.js").Variant} Variant */

export function startExplorer() {
  const place = document.getElementById("explorer");
  const data = embedded("explorer-data");
  if (place && data && data.settings.length > 0) new Explorer(place, data);
}

class Explorer {
  /**
   * @param {HTMLElement} place
   * @param {{ options: Option[], configs: Config[], defaults: Config, settings: Setting[] }} data
   */
  constructor(place, { options, configs, defaults, settings }) {
    this.options = options;
    this.configs = configs;
    this.defaults = defaults;
    this.settings = settings;
    this.setting = /** @type {HTMLSelectElement} */ (element("select", { id: "explorer-setting" }));
    this.known = /** @type {HTMLSelectElement} */ (element("select", { id: "explorer-known" }));
    const reset = element("button", { type: "button", onclick: () => this.choose(defaults) }, "Defaults");
    this.form = /** @type {HTMLFormElement} */ (
      element(
        "form",
        { class: "fields options", "aria-label": "options of VgHIF" },
        ...fieldsOf(options, defaults),
        reset,
      )
    );
    this.result = element("div", { class: "result", "aria-live": "polite" });
    this.plot = element("div", { class: "forest" });
    /** @type {readonly Variant[]} */
    this.ranked = [];
    this.redraw = () => {};
    place.append(
      element(
        "div",
        { class: "fields" },
        labelled("Setting", this.setting),
        labelled("Jump to a recorded choice", this.known),
      ),
      this.form,
      this.result,
      element("h3", {}, "All recorded choices in this setting"),
      this.plot,
    );
    this.setting.addEventListener("change", () => this.enter());
    this.known.addEventListener("change", () => this.choose(/** @type {Config} */ (configs[Number(this.known.value)])));
    this.form.addEventListener("input", () => this.show());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    whenFiltered(() => this.offer());
    this.offer();
    this.redraw = forest(
      this.plot,
      () => this.lines(),
      (index) => this.choose(this.configOf(this.ranked[index])),
    );
  }

  /** Fills the list of settings with those of the chosen dataset and model; all where there is none. */
  offer() {
    const before = this.setting.value;
    const fitting = this.settings.filter(isChosen);
    const own = fitting.length > 0 ? fitting : this.settings;
    const indices = own.map((setting) => this.settings.indexOf(setting));
    this.setting.replaceChildren(
      ...indices.map((index) =>
        element("option", { value: index }, /** @type {Setting} */ (this.settings[index]).label),
      ),
    );
    if (indices.includes(Number(before)) && before !== "") this.setting.value = before;
    this.enter();
  }

  /** @returns {Setting} */
  current() {
    return /** @type {Setting} */ (this.settings[Number(this.setting.value)]);
  }

  /** @param {Variant | undefined} variant */
  configOf(variant) {
    return this.configs[variant?.config ?? -1] ?? this.defaults;
  }

  /** Takes the setting that is chosen. */
  enter() {
    const run = this.current().variants.filter(({ cell }) => cell !== null);
    const gain = (/** @type {Variant} */ { difference }) => difference?.mean ?? Number.NEGATIVE_INFINITY;
    this.ranked = run.filter(({ difference }) => difference !== null).sort((a, b) => gain(b) - gain(a));
    const options = run.map((variant) =>
      element("option", { value: variant.config }, this.name(this.configOf(variant))),
    );
    this.known.replaceChildren(element("option", { value: "", disabled: true }, `${run.length} recorded`), ...options);
    this.show();
  }

  /** @param {Config} config */
  choose(config) {
    for (const option of this.options) write(this.form, option, config);
    this.show();
  }

  /** @param {Config} config */
  name(config) {
    return changesOf(this.options, config, this.defaults);
  }

  /** @param {Config} config */
  variantOf(config) {
    return this.current().variants.find((variant) => isSame(this.options, this.configOf(variant), config));
  }

  show() {
    const config = configIn(this.form, this.options);
    if (!config) {
      this.result.replaceChildren(
        element("p", { class: "verdict-box" }, "A level, a head and whole numbers of passes and heads are needed."),
      );
      return;
    }
    const variant = this.variantOf(config);
    const title = element("h3", {}, `${this.current().label}: ${this.name(config)}`);
    const parts = variant?.cell
      ? outcome(this.current(), variant, this.name(config))
      : notRun(this.current(), variant, this.spelt(config));
    this.result.replaceChildren(title, ...parts);
    this.known.value = variant?.cell ? String(variant.config) : "";
    this.redraw();
  }

  /** The config as a spec has it: levels that are the kit's own choice are null. @param {Config} config */
  spelt(config) {
    return String(config.levels) === String(this.defaults.levels) ? { ...config, levels: null } : config;
  }

  /** @returns {readonly import("./forest.js").ForestLine[]} */
  lines() {
    const config = configIn(this.form, this.options);
    const picked = config ? this.variantOf(config) : undefined;
    return this.ranked.map((variant) => {
      const { mean, interval, verdict } = /** @type {import("./explorer-result.js").Difference} */ (variant.difference);
      return { label: this.name(this.configOf(variant)), mean, interval, verdict, picked: variant === picked };
    });
  }
}

/**
 * @param {string} name
 * @param {HTMLElement} input
 */
function labelled(name, input) {
  return element("label", {}, element("span", {}, name), input);
}
