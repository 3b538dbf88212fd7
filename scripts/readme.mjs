#!/usr/bin/env node
/**
 * Writes what the repository shows of the records: docs/results/ (the numbers of every table, as JSON), the table and the
 * verdicts between README.md's markers, and the pictures in docs/. With --check nothing is written: exit code 1 where README.md
 * is not what docs/results says, or docs/results not what the records say (of tables whose runs all have a record).
 */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual, parseArgs } from "node:util";
import { drawFigure, drawingSvg, openStore, readTable, renderTable, TABLES } from "vghif";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const readme = path.join(root, "README.md");
const results = path.join(root, "docs", "results");
const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const tables = Object.values(TABLES);
const store = openStore();
const problems = [];

/** A table's numbers in the records; what others published is in the library already. */
const recorded = (table) => ({ ...JSON.parse(JSON.stringify(readTable(table, "smoke", store))), published: [] });
const fileOf = ({ id }) => path.join(results, `${id}.json`);
const shown = (table) => JSON.parse(readFileSync(fileOf(table), "utf8"));

/** README.md with the block that docs/results gives. */
async function updated() {
  const [before, , after] = readFileSync(readme, "utf8").split(/<!-- \/?results -->/);
  const [table4] = tables.filter(({ id }) => id === "table-4");
  const verdicts = tables.map((table) => {
    const { id, title, verdict, kind } = shown(table);
    const lines = kind === "ablation" ? [] : verdict.comparisons.map(({ line }) => `  - ${line}`);
    return [`- **${id}**, ${title}: ${verdict.line}`, ...lines].join("\n");
  });
  const parts = [
    (await renderTable(shown(table4), "markdown")).trim(),
    "**Every table and ablation at scale smoke** (their numbers: the report, the notebooks, [docs/results](docs/results)):",
    verdicts.join("\n"),
  ];
  return `${before}<!-- results -->\n\n${parts.join("\n\n")}\n\n<!-- /results -->${after}`;
}

if (check) {
  for (const table of tables) {
    const result = recorded(table);
    if (result.runs.recorded < result.runs.declared) continue;
    if (!isDeepStrictEqual(result, shown(table)))
      problems.push(`docs/results/${table.id}.json: the records say otherwise`);
  }
  if ((await updated()) !== readFileSync(readme, "utf8")) problems.push("README.md: docs/results says otherwise");
  for (const problem of problems) console.error(`${problem}; run node scripts/readme.mjs`);
  process.exit(problems.length > 0 ? 1 : 0);
}

mkdirSync(results, { recursive: true });
for (const table of tables) {
  const result = recorded(table);
  const { recorded: done, declared } = result.runs;
  if (done < declared)
    console.error(`${table.id}: ${done} of ${declared} runs have a record; npm run reproduce makes the others`);
  writeFileSync(fileOf(table), `${JSON.stringify(result)}\n`);
}
writeFileSync(readme, await updated());

for (const id of ["figure-shots", "figure-datasets"]) {
  const drawing = await drawFigure(id, "smoke", { store });
  writeFileSync(path.join(root, "docs", `${id}.svg`), `${await drawingSvg(drawing)}\n`);
}
const maps = path.join(root, "report", "pictures");
const map = readdirSync(maps).find((name) => name.includes("hmdb-like") && name.endsWith(".svg"));
if (!map) throw new Error(`no grounding map of hmdb-like in ${maps}: run npm run reproduce first`);
copyFileSync(path.join(maps, map), path.join(root, "docs", "grounding.svg"));
