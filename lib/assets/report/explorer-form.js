/** The explorer's form: one field for every option of VgHIF, and a list of what has been run. */
import { element } from "./dom.js";

/**
 * @typedef {Record<string, any>} Config a VghifConfig, its levels spelt out
 * @typedef {{ name: string, label: string, kind: "levels" | "choice" | "number" | "switch", values: any[] }} Option
 */

/**
 * The fields, with the config's values in them.
 *
 * @param {readonly Option[]} options
 * @param {Config} config
 */
export function fieldsOf(options, config) {
  return options.map((option) => {
    if (option.kind === "levels") return levels(option, config);
    const input = option.kind === "choice" || option.kind === "switch" ? choice(option) : number(option);
    const field = element("label", {}, element("span", {}, option.label), input);
    write(field, option, config);
    return field;
  });
}

/** @param {Option} option @param {Config} config */
function levels(option, config) {
  const boxes = option.values.map((block) =>
    element("label", {}, element("input", { type: "checkbox", name: option.name, value: block }), ` ${block}`),
  );
  const field = element("fieldset", { class: "levels" }, element("legend", {}, option.label), ...boxes);
  write(field, option, config);
  return field;
}

/** @param {Option} option */
function choice({ name, values }) {
  return element(
    "select",
    { name },
    ...values.map((value) => element("option", { value: String(value) }, worded(value))),
  );
}

/** @param {Option} option */
function number({ name, values }) {
  const list = `values-of-${name}`;
  const known = values.map((value) => element("option", { value }));
  const step = values.every(Number.isInteger) ? 1 : "any";
  const input = element("input", { name, type: "number", min: 0, step, list, inputmode: "decimal", required: true });
  return element("span", { class: "number-field" }, input, element("datalist", { id: list }, ...known));
}

/** @param {unknown} value */
export function worded(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * Puts the config's value into the option's field.
 *
 * @param {ParentNode} place
 * @param {Option} option
 * @param {Config} config
 */
export function write(place, { name, kind }, config) {
  if (kind === "levels") {
    for (const box of place.querySelectorAll(`input[name=${name}]`)) {
      const input = /** @type {HTMLInputElement} */ (box);
      input.checked = config[name].includes(Number(input.value));
    }
    return;
  }
  const input = place.querySelector(`[name=${name}]`);
  if (input instanceof HTMLInputElement || input instanceof HTMLSelectElement) input.value = String(config[name]);
}

/**
 * The config that the form holds; null where a field has no value that an option can have.
 *
 * @param {HTMLFormElement} form
 * @param {readonly Option[]} options
 * @returns {Config | null}
 */
export function configIn(form, options) {
  const data = new FormData(form);
  /** @type {Config} */
  const config = {};
  for (const { name, kind } of options) {
    const text = String(data.get(name) ?? "");
    if (kind === "levels") config[name] = data.getAll(name).map(Number);
    else if (kind === "switch") config[name] = text === "true";
    else if (kind === "number") config[name] = text === "" ? Number.NaN : Number(text);
    else config[name] = text;
  }
  const whole = (/** @type {unknown} */ value) => Number.isInteger(value);
  const valid =
    config.levels.length > 0 &&
    whole(config.iterations) &&
    whole(config.heads) &&
    config.heads > 0 &&
    config.ratio > 0 &&
    Number.isFinite(config.gate);
  return valid ? config : null;
}

/**
 * Whether two configs are the same run.
 *
 * @param {readonly Option[]} options
 * @param {Config} one
 * @param {Config} other
 */
export function isSame(options, one, other) {
  return options.every(({ name }) => String(one[name]) === String(other[name]));
}

/**
 * What a config changes of the default: "gate 0.1, heads 2"; "default" for nothing.
 *
 * @param {readonly Option[]} options
 * @param {Config} config
 * @param {Config} defaults
 */
export function changesOf(options, config, defaults) {
  const changed = options.filter(({ name }) => String(config[name]) !== String(defaults[name]));
  if (changed.length === 0) return "default";
  return changed.map(({ name, label }) => `${label} ${worded(config[name])}`).join(", ");
}
