/** Where datasets are: the project's own manifests, and the data folder with what was made or prepared here. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { projectPath } from "../project.js";
import { loadDataset, readDataset, type StoredDataset } from "./manifest.js";
import { withoutSplit } from "./split-name.js";
import type { Dataset } from "./types.js";

/** The manifests that ship with the project. */
export function manifestsFolder(): string {
  return projectPath("data-manifests");
}

/** Where data is made and kept, outside version control: VGHIF_DATA, or the project's `data`. */
export function dataFolder(): string {
  const chosen = process.env.VGHIF_DATA;
  return chosen === undefined || chosen === "" ? projectPath("data") : path.resolve(chosen);
}

/**
 * The dataset of a manifest's folder, or of a name: first in the data folder (it describes the videos that are
 * here), then among the project's manifests. Throws a UserError that lists the known names.
 */
export function findDataset(nameOrFolder: string): StoredDataset {
  return readDataset(manifestFolder(nameOrFolder));
}

/** As `findDataset`, without holding up other work while a large manifest is read. */
export async function openDataset(nameOrFolder: string, signal?: AbortSignal): Promise<StoredDataset> {
  return loadDataset(manifestFolder(nameOrFolder), signal);
}

function manifestFolder(nameOrFolder: string): string {
  const isPath = path.isAbsolute(nameOrFolder) || /[\\/]/.test(nameOrFolder);
  const folders = isPath
    ? [nameOrFolder]
    : [path.join(dataFolder(), nameOrFolder), path.join(manifestsFolder(), nameOrFolder), nameOrFolder];
  const folder = folders.find((candidate) => existsSync(path.join(candidate, "dataset.json")));
  if (folder !== undefined) return folder;
  const known = [...new Set(listDatasets().map((entry) => entry.name))].sort().join(", ");
  const looked = folders.map((candidate) => path.resolve(candidate)).join(" or ");
  throw new UserError(
    `no dataset "${nameOrFolder}": no dataset.json in ${looked}; known: ${known === "" ? "none" : known}; ` +
      (isOfficial(nameOrFolder)
        ? `import its official lists with: vghif data import ${withoutSplit(nameOrFolder)} --lists FOLDER`
        : "make your own with: vghif data new NAME --from FOLDER"),
  );
}

/** Whether the project describes a real dataset of this name, or of this name and an official split ("hmdb51-2"). */
function isOfficial(name: string): boolean {
  return [name, withoutSplit(name)].some((one) => existsSync(path.join(manifestsFolder(), one, "official.json")));
}

/** Names and folders of every dataset in the data folder and among the project's manifests, by name. */
export function listDatasets(): { readonly name: string; readonly folder: string }[] {
  const byName = new Map<string, string>();
  for (const parent of [dataFolder(), manifestsFolder()]) {
    if (!existsSync(parent)) continue;
    for (const entry of readdirSync(parent)) {
      const folder = path.join(parent, entry);
      if (!byName.has(entry) && existsSync(path.join(folder, "dataset.json"))) byName.set(entry, folder);
    }
  }
  return [...byName].map(([name, folder]) => ({ name, folder })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The absolute folder that a dataset's sample paths are relative to; not checked to exist. */
export function datasetRoot(dataset: Dataset): string {
  const { root, folder } = dataset as StoredDataset;
  return root === undefined ? path.join(dataFolder(), dataset.name) : path.resolve(folder ?? "", root);
}
