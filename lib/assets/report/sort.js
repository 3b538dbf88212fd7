/**
 * Every table of the page is sorted by a click on a column's head, or Enter on its button: numbers from the largest, texts from
 * A, then the other way round, then as it was. What is not a value stays at the end; a table's foot stays where it is.
 */
import { announce, element } from "./dom.js";

/** @typedef {"none" | "ascending" | "descending"} Order */

/** Makes a button of every column's head. */
export function startSorting() {
  for (const table of document.querySelectorAll("main table")) makeSortable(/** @type {HTMLTableElement} */ (table));
}

/** @param {HTMLTableElement} table */
export function makeSortable(table) {
  const body = table.tBodies[0];
  if (!table.tHead || !body || body.rows.length < 2) return;
  const rows = [...body.rows];
  const heads = /** @type {HTMLElement[]} */ ([...table.tHead.querySelectorAll("th[scope=col]")]);
  for (const [column, head] of heads.entries()) {
    const label = head.textContent ?? "";
    const within = head.dataset.of ? `${head.dataset.of}, ` : "";
    head.setAttribute("aria-sort", "none");
    const button = element("button", { type: "button", class: "sort" }, label);
    button.title = `Sort by ${within}${label}`;
    button.addEventListener("click", () => {
      const order = following(head, rows, column);
      for (const other of heads) other.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order);
      body.append(...sorted(rows, column, order));
      announce(order === "none" ? "Rows as they were" : `Sorted by ${within}${label}, ${order}`);
    });
    head.replaceChildren(button);
  }
}

/**
 * The order after the one that the column has now.
 *
 * @param {HTMLElement} head
 * @param {readonly HTMLTableRowElement[]} rows
 * @param {number} column
 * @returns {Order}
 */
function following(head, rows, column) {
  const numeric = rows.some((row) => typeof cellValue(row, column) === "number");
  /** @type {Order[]} */
  const orders = numeric ? ["none", "descending", "ascending"] : ["none", "ascending", "descending"];
  const now = orders.indexOf(/** @type {Order} */ (head.getAttribute("aria-sort")));
  return orders[(now + 1) % orders.length] ?? "none";
}

/**
 * @param {readonly HTMLTableRowElement[]} rows as they were
 * @param {number} column
 * @param {Order} order
 */
function sorted(rows, column, order) {
  if (order === "none") return rows;
  const sign = order === "ascending" ? 1 : -1;
  const keyed = rows.map((row, index) => ({ row, index, value: cellValue(row, column) }));
  keyed.sort((a, b) => {
    if (a.value === null || b.value === null)
      return Number(a.value === null) - Number(b.value === null) || a.index - b.index;
    return sign * compared(a.value, b.value) || a.index - b.index;
  });
  return keyed.map(({ row }) => row);
}

/**
 * @param {number | string} a
 * @param {number | string} b
 */
function compared(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === "number") return -1;
  return typeof b === "number" ? 1 : a.localeCompare(b, "en");
}

/**
 * What a cell is sorted by: its `data-sort`, else the number it starts with, else its text; null for a dash and for nothing.
 *
 * @param {HTMLTableRowElement} row
 * @param {number} column
 * @returns {number | string | null}
 */
function cellValue(row, column) {
  const cell = /** @type {HTMLElement | undefined} */ (row.cells[column]);
  const text = (cell?.dataset.sort ?? cell?.textContent ?? "").trim();
  if (text === "" || text === "—") return null;
  const number = column === 0 ? undefined : /^[+−-]?\d[\d\u202f]*(\.\d+)?(e-?\d+)?(?=\s|$)/.exec(text)?.[0];
  return number === undefined ? text : Number(number.replace("−", "-").replaceAll("\u202f", ""));
}
