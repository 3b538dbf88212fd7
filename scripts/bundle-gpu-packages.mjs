/** Which of the project's packages, and which of their files, the bundle for a GPU host takes. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Packages for video decoding, pictures, notebooks and reports: large, and not needed to compute. */
const LEFT_OUT = new Set([
  ...["danfojs-node", "jsdom", "node-av", "plotly.js-dist", "sharp", "tslab", "zeromq"],
  ...["adm-zip", "global-agent"], // of onnxruntime-node, for its installation
]);

/** Files by package, where not all but some are wanted: a pattern on the path within the package. */
const WANTED = {
  "onnxruntime-node": /^(dist|bin\/napi-v6\/linux\/x64)\//,
  "@tensorflow/tfjs-backend-wasm": /^(dist\/(tf-backend-wasm\.node\.js|.*\.wasm)|wasm-out\/.*\.(js|wasm))$/,
  protobufjs: /^(index|light|minimal)\.js$|^(src|google|ext)\//,
};

const UNWANTED_FILE = /\.(map|ts|cts|mts|md|markdown|html|flow|tsbuildinfo)$|^\.|^(CHANGELOG|HISTORY|AUTHORS)/i;
const UNWANTED_FOLDER = /^(tests?|__tests__|docs?|examples?|benchmarks?|\.github|node_modules)$/;
const LICENCE = /^(licen[cs]e|notice|copying|third.?party)/i;

/** Copies what `package.json` of `library` depends on, and what that depends on, to the same places below `target`. */
export function copyPackages(root, library, target) {
  const found = new Map();
  for (const name of dependenciesOf(library)) collect(name, library, found);
  for (const [folder, name] of found) {
    const to = path.join(target, path.relative(root, folder));
    for (const file of wantedFiles(folder, name)) copyFile(path.join(folder, file), path.join(to, file));
  }
  return found.size;
}

/** Copies a folder's files, without maps, types and documentation. */
export function copyFolder(from, to) {
  for (const file of filesBelow(from)) copyFile(path.join(from, file), path.join(to, file));
}

function copyFile(from, to) {
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, to, { dereference: true });
}

const manifestOf = (folder) => JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));

const dependenciesOf = (folder) =>
  Object.keys(manifestOf(folder).dependencies ?? {}).filter(
    (name) => !LEFT_OUT.has(name) && !name.startsWith("@types/"),
  );

function collect(name, from, found) {
  const folder = installed(name, from);
  if (found.has(folder)) return;
  found.set(folder, name);
  for (const dependency of dependenciesOf(folder)) collect(dependency, folder, found);
}

/** Where Node finds the package when a file in `from` asks for it. */
function installed(name, from) {
  for (let folder = from; ; folder = path.dirname(folder)) {
    const place = path.join(folder, "node_modules", name);
    if (existsSync(path.join(place, "package.json"))) return place;
    if (folder === path.dirname(folder)) throw new Error(`package ${name}, needed in ${from}, is not installed`);
  }
}

function wantedFiles(folder, name) {
  const files = filesBelow(folder);
  const main = path.normalize(manifestOf(folder).main ?? "index.js");
  const one = name.startsWith("@tensorflow/") ? (file) => file === main : () => true; // each is built into one file too
  const wanted = WANTED[name] ? (file) => WANTED[name].test(file) : one;
  return files.filter((file) => file === "package.json" || LICENCE.test(file) || wanted(file));
}

function filesBelow(folder, within = "") {
  return readdirSync(path.join(folder, within), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(within, entry.name);
    if (entry.isDirectory()) return UNWANTED_FOLDER.test(entry.name) ? [] : filesBelow(folder, file);
    return UNWANTED_FILE.test(entry.name) && !LICENCE.test(entry.name) ? [] : [file];
  });
}
