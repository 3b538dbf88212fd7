/** A table as the report shows it: each row whole, so that sorting keeps together what belongs together. */
import { DASH } from "../format.js";
import { escapeHtml } from "../frame-text.js";

export interface SortableColumn {
  readonly label: string;
  /** What the column is of; neighbours of the same share a head. Default: none. */
  readonly of?: string;
}

export interface SortableCell {
  /** Default: a dash. */
  readonly text?: string;
  /** What it is sorted by. Default: the number that the text starts with, else the text. */
  readonly sort?: number;
  /** Places of the runs behind it in the page's list; a click shows them. Default: none. */
  readonly runs?: readonly number[];
  /** Smaller lines below. Default: none. */
  readonly notes?: readonly string[];
  /** Class of the element, such as a verdict. Default: none. */
  readonly kind?: string;
}

export interface SortableRow {
  readonly label: string;
  /** A smaller line below the label. Default: none. */
  readonly note?: string;
  /** Name of the model's family, for the filter. Default: of none. */
  readonly model?: string;
  readonly cells: readonly SortableCell[];
}

export interface SortableTable {
  readonly caption: string;
  /** For the filter. Default: of none. */
  readonly dataset?: string;
  /** Head of the first column, which holds the rows' labels. */
  readonly corner: string;
  readonly columns: readonly SortableColumn[];
  readonly rows: readonly SortableRow[];
  /** A last line that stays below, by column; `text` goes over as many columns as `columns` says. Default: none. */
  readonly foot?: {
    readonly label: string;
    readonly cells: readonly { readonly text: string; readonly columns: number }[];
  };
}

/** The caption, then the table in a box of its own that scrolls where the page is narrow. */
export function sortableHtml(table: SortableTable): string {
  const name = escapeHtml(table.caption);
  const body = table.rows.map((row) => rowHtml(row, table));
  const dataset = table.dataset === undefined ? "" : ` data-dataset="${escapeHtml(table.dataset)}"`;
  return `<div class="block"${dataset}>
<p class="caption">${name}</p>
<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table aria-label="${name}" data-copied>
<thead>${headHtml(table)}</thead>
<tbody>
${body.join("\n")}
</tbody>${footHtml(table)}
</table></div>
</div>`;
}

function headHtml({ corner, columns }: SortableTable): string {
  const grouped = columns.some(({ of }) => of !== undefined);
  const heads = columns.map((column, index) => {
    const of = column.of === undefined ? "" : ` data-of="${escapeHtml(column.of)}"`;
    return `<th scope="col"${of}${first(columns, index)}>${escapeHtml(column.label)}</th>`;
  });
  const head = `<th scope="col"${grouped ? ' rowspan="2"' : ""}>${escapeHtml(corner)}</th>`;
  if (!grouped) return `<tr>${head}${heads.join("")}</tr>`;
  const groups = spans(columns).map(([of, width]) => `<th scope="colgroup" colspan="${width}">${escapeHtml(of)}</th>`);
  return `<tr>${head}${groups.join("")}</tr>\n<tr>${heads.join("")}</tr>`;
}

/** Runs of columns that are of the same. */
function spans(columns: readonly SortableColumn[]): readonly (readonly [of: string, width: number])[] {
  const found: [string, number][] = [];
  for (const { of = "" } of columns) {
    const last = found.at(-1);
    if (last && last[0] === of) last[1] += 1;
    else found.push([of, 1]);
  }
  return found;
}

function first(columns: readonly SortableColumn[], index: number): string {
  const { of } = columns[index]!;
  return of !== undefined && columns[index - 1]?.of !== of ? " data-first" : "";
}

function rowHtml({ label, note, model, cells }: SortableRow, { caption, columns }: SortableTable): string {
  const small = note === undefined ? "" : `<small>${escapeHtml(note)}</small>`;
  const of = model === undefined ? "" : ` data-model="${escapeHtml(model)}"`;
  const values = cells.map((cell, index) => {
    const column = columns[index]!;
    const title = [label, column.of, column.label, caption.split(":")[0]]
      .filter((part) => part !== undefined)
      .join(", ");
    return cellHtml(cell, first(columns, index), title);
  });
  return `<tr${of}><th scope="row">${escapeHtml(label)}${small}</th>${values.join("")}</tr>`;
}

function cellHtml(
  { text = DASH, sort, runs = [], notes = [], kind }: SortableCell,
  first: string,
  title: string,
): string {
  const key = sort === undefined ? "" : ` data-sort="${sort}"`;
  const style = kind === undefined ? "" : ` class="${escapeHtml(kind)}"`;
  const below = notes.map((note) => `<small>${escapeHtml(note)}</small>`).join("");
  return `<td${key}${style}${first}>${valueHtml(text, runs, title, kind)}${below}</td>`;
}

function valueHtml(text: string, runs: readonly number[], title: string, kind: string | undefined): string {
  const value = escapeHtml(text);
  if (runs.length > 0) {
    const heading = escapeHtml(`${title}: ${text}`);
    return `<button type="button" class="number" aria-haspopup="dialog" data-runs="${runs.join(" ")}" data-title="${heading}">${value}</button>`;
  }
  return kind === undefined ? value : `<span class="delta">${value}</span>`;
}

function footHtml({ foot }: SortableTable): string {
  if (!foot) return "";
  const cells = foot.cells.map(({ text, columns }) => `<td colspan="${columns}">${escapeHtml(text)}</td>`);
  return `\n<tfoot><tr><th scope="row">${escapeHtml(foot.label)}</th>${cells.join("")}</tr></tfoot>`;
}
