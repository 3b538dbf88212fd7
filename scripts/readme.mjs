/** Writes what README.md shows of the records: the table between its markers, and the pictures in docs/. */
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { figureShots, figureSvg, openStore, readTable, renderTable, table4 } from "vghif";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const result = readTable(table4, "smoke", openStore());
mkdirSync(path.join(root, "docs"), { recursive: true });
writeFileSync(path.join(root, "docs", "figure-shots.svg"), `${await figureSvg(figureShots(result))}\n`);

const maps = path.join(root, "report", "pictures");
const map = readdirSync(maps).find((name) => name.includes("hmdb-like") && name.endsWith(".svg"));
if (!map) throw new Error(`no grounding map of hmdb-like in ${maps}: run npm run reproduce first`);
copyFileSync(path.join(maps, map), path.join(root, "docs", "grounding.svg"));

const file = path.join(root, "README.md");
const [before, , after] = readFileSync(file, "utf8").split(/<!-- \/?results -->/);
// Numbers that others published stand in the report and the notebook.
const [table] = (await renderTable(result, "markdown")).split("*Published on");
writeFileSync(file, `${before}<!-- results -->\n\n${table.trim()}\n\n<!-- /results -->${after}`);
