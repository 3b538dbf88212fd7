/** Style sheets and scripts of pages: small files in assets/report, put together here. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE_ROOT } from "../../project.js";

const STYLES = ["page", "table", "controls"];

/** Modules of each script, such that what a module needs when it is loaded stands before it. */
const MODULES = {
  plots: ["dom", "filter", "plotly", "plots", "main-plots"],
  report: [
    "dom",
    "numbers",
    "clipboard",
    "filter",
    "plotly",
    "plots",
    "forest",
    "sort",
    "copy-tables",
    "navigation",
    "run-data",
    "provenance",
    "runs",
    "player-frame",
    "player",
    "explorer-form",
    "explorer-result",
    "explorer",
    "main-report",
  ],
} as const;

/** `plots`: figures alone; `report`: all that the report does. */
export type PageScript = keyof typeof MODULES;

export function pageStyle(): string {
  return STYLES.map((name) => asset(`${name}.css`)).join("");
}

/**
 * The modules as one classic script, which a page from a file may run where it may not load modules: each is a function that
 * returns what it exports.
 */
export function pageScript(name: PageScript): string {
  const bodies = MODULES[name].map((module) => `modules["./${module}.js"] = (() => {\n${moduleBody(module)}})();\n`);
  return `(() => {\n"use strict";\nconst modules = {};\n${bodies.join("")}})();`;
}

/** A module's text; of the language's imports and exports it may use `import { a } from "./b.js"` and `export` before a declaration. */
function moduleBody(name: string): string {
  const text = asset(`${name}.js`);
  const names = [...text.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm)].map((found) => found[1]);
  const body = text
    .replace(/^import (\{[^}]+\}) from ("[^"]+");$/gm, "const $1 = modules[$2];")
    .replace(/^export /gm, "");
  return `${body}return { ${names.join(", ")} };\n`;
}

function asset(name: string): string {
  return readFileSync(path.join(PACKAGE_ROOT, "assets", "report", name), "utf8");
}
