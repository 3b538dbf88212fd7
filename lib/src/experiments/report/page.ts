/** The report's page: text, tables, plots, maps, explorer and runs put together. */
import path from "node:path";
import { FAMILIES } from "../../models/families.js";
import { VGHIF_DEFAULTS } from "../../models/vghif-config.js";
import { escapeHtml } from "../frame-text.js";
import { canonicalJson } from "../id.js";
import type { RunRecord } from "../record.js";
import type { Scale } from "../spec.js";
import type { Table } from "../table.js";
import type { TableResult } from "../table-result.js";
import { pageOf } from "./document.js";
import { explorerSection } from "./explorer.js";
import { figureSections, type ReportFigures } from "./figures.js";
import { type MapsRun, mapsSection, type PlayedMaps } from "./maps.js";
import { modelOf } from "./result-tables.js";
import { runsSection } from "./runs.js";
import { type FilterChoices, headerHtml, type Section, sectionHtml } from "./section.js";
import { tableSection } from "./table-section.js";

/** A drawing made elsewhere. */
export interface ReportPicture {
  /** File name; its stem is the title. */
  readonly name: string;
  readonly svg: string;
}

export interface ReportContent {
  readonly scale: Scale;
  /** Declarations, each with what the records say of it. */
  readonly tables: readonly { readonly table: Table; readonly result: TableResult }[];
  /** Every run that the page knows of. */
  readonly records: readonly RunRecord[];
  readonly figures: ReportFigures;
  readonly maps: readonly PlayedMaps[];
  readonly pictures: readonly ReportPicture[];
  /** Sections that are made elsewhere; they come after the tables. */
  readonly sections: readonly Section[];
}

/** The whole page as HTML. */
export async function reportPage(content: ReportContent): Promise<string> {
  const { scale, tables, records, figures, maps, pictures } = content;
  const places = new Map(records.map(({ id }, place) => [id, place]));
  const tableSections: Section[] = [];
  for (const { table, result } of tables) {
    const own = figures.ofTables[result.id] ?? [];
    tableSections.push(await tableSection(table, result, own, (id) => places.get(id)!));
  }
  const placeOf = (id: string) => {
    const place = places.get(id);
    return place === undefined ? null : { place, run: mapsRun(records[place]!) };
  };
  const explored = explorerSection(
    tables.map(({ table }) => table),
    scale,
    records,
  );
  const others = [
    ...(await figureSections(figures.alone)),
    explored,
    mapsSection(maps, placeOf),
    picturesSection(pictures),
    runsSection(records),
  ];
  const sections = [...tableSections, ...content.sections, ...others].filter((section) => section !== null);
  const body = ["<h1>VgHIF: results</h1>", ABOUT, ...sections.map(sectionHtml)].join("\n");
  return pageOf("VgHIF: results", body, { script: "report", header: headerHtml(sections, choicesOf(content)) });
}

const ABOUT = `<p class="lead">Visual-guided hierarchical iterative fusion against the same model without it, from the records of
finished runs: every number is computed from them, none is typed in. A click on a number shows the runs behind it.</p>
<h2>What is the paper's, what is ours</h2>
<ul>
<li><strong>The paper's</strong> (Zhang et al., Pattern Recognition Letters 186, 2024, 213–220; only its abstract is open):
the idea of the method, the claim that it improves its baseline, and which settings are compared.</li>
<li><strong>Ours</strong>: every choice that the abstract leaves open, the code, the recipes, and all numbers under “mean ± sd”.</li>
<li><strong>Others'</strong>: numbers under “published by others”, each with its source, measured on the real datasets with
other models and recipes.</li>
</ul>
<p>No number on this page is VgHIF's own as published: those are not open.</p>`;

function choicesOf({ tables, scale }: ReportContent): FilterChoices {
  const datasets = tables.flatMap(({ result }) => result.groups.map(({ dataset }) => dataset));
  const models = tables.flatMap(({ table }) => Object.keys(table.rows).map((key) => modelOf(table, key, scale)));
  return {
    datasets: [...new Set(datasets)],
    models: [...new Set(models)].map((name) => ({ name, title: FAMILIES[name].title })),
  };
}

function mapsRun({ spec: { dataset, model, shots, seed, vghif } }: RunRecord): MapsRun {
  const names = Object.keys(VGHIF_DEFAULTS) as (keyof typeof VGHIF_DEFAULTS)[];
  const changed = names.filter((name) => vghif && canonicalJson(vghif[name]) !== canonicalJson(VGHIF_DEFAULTS[name]));
  const changes = changed.map((name) => `${name} ${vghif?.[name]}`).join(", ") || "default options";
  return { dataset, model, shots, seed, changes };
}

function picturesSection(pictures: readonly ReportPicture[]): Section | null {
  if (pictures.length === 0) return null;
  const figures = pictures.map(({ name, svg }) => {
    const title = path.parse(name).name.replaceAll("-", " ");
    const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
    return `<figure><div class="wide"><img alt="${escapeHtml(title)}" src="${source}"></div><figcaption>${escapeHtml(title)}</figcaption></figure>`;
  });
  return { id: "pictures", short: "pictures", title: "Pictures", html: figures.join("\n") };
}
