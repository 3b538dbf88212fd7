/**
 * What every part of the page needs: elements, embedded data, short messages. These files are written as modules; the page
 * holds them as one script (report/assets.ts).
 */

/**
 * Makes an element. An attribute `onclick` is a listener; true is an empty attribute; false and null are left out.
 *
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null) continue;
    if (typeof value === "function") made.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children);
  return made;
}

/**
 * The JSON in a script element of the page; null where there is none.
 *
 * @param {string} id
 * @returns {any}
 */
export function embedded(id) {
  const script = document.getElementById(id);
  return script ? JSON.parse(script.textContent ?? "null") : null;
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let hiding;

/**
 * Says something in the corner of the page, and to screen readers.
 *
 * @param {string} text
 */
export function announce(text) {
  let status = document.getElementById("status");
  if (!status) {
    status = element("div", { id: "status", role: "status" });
    document.body.append(status);
  }
  status.textContent = text;
  status.classList.add("shown");
  clearTimeout(hiding);
  hiding = setTimeout(() => status.classList.remove("shown"), 2500);
}

/**
 * A colour of the page's style sheet as it is now, light or dark.
 *
 * @param {string} name such as "--ink"
 */
export function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** @param {string} text */
export function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
