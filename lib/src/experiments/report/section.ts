/** A part of the report with a place in its navigation. */
import { escapeHtml } from "../frame-text.js";

export interface Section {
  /** Anchor: "table-4". */
  readonly id: string;
  /** What the navigation says; short. */
  readonly short: string;
  readonly title: string;
  readonly html: string;
  /** Class of the element, such as a finding. Default: none. */
  readonly kind?: string;
}

export function sectionHtml({ id, title, html, kind = "" }: Section): string {
  return `<section id="${escapeHtml(id)}"${kind ? ` class="${escapeHtml(kind)}"` : ""}>
<h2>${escapeHtml(title)}</h2>
${html}
</section>`;
}

/** What one may choose to see. */
export interface FilterChoices {
  readonly datasets: readonly string[];
  readonly models: readonly { readonly name: string; readonly title: string }[];
}

/** The bar that stays on top: a link a section, and the filter. */
export function headerHtml(sections: readonly Section[], { datasets, models }: FilterChoices): string {
  const links = sections.map(({ id, short }) => `<li><a href="#${escapeHtml(id)}">${escapeHtml(short)}</a></li>`);
  const dataset = datasets.map((name) => option(name, name));
  const model = models.map(({ name, title }) => option(name, title));
  return `<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>
<form id="filter" aria-label="Filter" autocomplete="off">
<label><span>Dataset</span> <select id="filter-dataset" aria-label="Dataset">${option("", "all datasets")}${dataset.join("")}</select></label>
<label><span>Model</span> <select id="filter-model" aria-label="Model">${option("", "all models")}${model.join("")}</select></label>
<button type="reset">Show all</button>
</form>
</header>`;
}

function option(value: string, text: string): string {
  return `<option value="${escapeHtml(value)}">${escapeHtml(text)}</option>`;
}
