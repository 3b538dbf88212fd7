/** Text to the clipboard, from a file that was opened by hand too. */
import { announce, element } from "./dom.js";

/**
 * Copies the text and says so. Where the clipboard is not to be had, the text is shown, selected, to copy by hand.
 *
 * @param {string} text
 * @param {string} what for the message: "table-4 as CSV"
 */
export async function copy(text, what) {
  const done = (await copyByInterface(text)) || copyBySelection(text);
  if (done) announce(`Copied ${what}`);
  else showForCopying(text, what);
}

/** @param {string} text */
async function copyByInterface(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * The way of before the interface; browsers allow it on pages that came from a file.
 *
 * @param {string} text
 */
function copyBySelection(text) {
  const before = document.activeElement;
  const place = document.querySelector("dialog[open]") ?? document.body;
  const area = /** @type {HTMLTextAreaElement} */ (element("textarea", { class: "off-screen", readonly: true }));
  area.value = text;
  place.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}

/**
 * @param {string} text
 * @param {string} what
 */
function showForCopying(text, what) {
  const area = /** @type {HTMLTextAreaElement} */ (
    element("textarea", { readonly: true, rows: 12, "aria-label": what })
  );
  area.value = text;
  const close = element("button", { type: "button", onclick: () => dialog.close() }, "Close");
  const dialog = /** @type {HTMLDialogElement} */ (
    element(
      "dialog",
      { "aria-label": `Copy ${what}` },
      element("p", {}, `This browser keeps its clipboard closed. Select and copy ${what}:`),
      area,
      close,
    )
  );
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
  area.select();
}
