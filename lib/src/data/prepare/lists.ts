/** The datasets that a name stands for: stored ones, or those of official lists, imported and stored. */
import { existsSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { readDataset, type StoredDataset } from "../manifest.js";
import { dataFolder, findDataset } from "../manifest-find.js";
import { importOfficial } from "../official/import.js";
import { storeImport } from "../official/store.js";
import { OFFICIAL_NAMES, type OfficialImport, type OfficialName } from "../official/types.js";

/** The datasets that an official name stands for: HMDB51 and UCF101 have three official splits, each a dataset of its own. */
function splitsOf(name: OfficialName): readonly string[] {
  return name === "hmdb51" || name === "ucf101" ? [1, 2, 3].map((split) => `${name}-${split}`) : [name];
}

/** The official dataset whose lists a name needs, and the datasets it stands for; null for any other name. */
function official(name: string): { readonly of: OfficialName; readonly names: readonly string[] } | null {
  for (const of of OFFICIAL_NAMES) {
    if (name === of) return { of, names: splitsOf(of) };
    if (splitsOf(of).includes(name)) return { of, names: [name] };
  }
  return null;
}

export interface Lists {
  readonly datasets: readonly StoredDataset[];
  /** What an import has to say. */
  readonly notes: readonly string[];
  /** What is probably wrong with the lists. */
  readonly warnings: readonly string[];
}

/**
 * The datasets of a name. An official name whose lists were imported before means what is stored; else its lists are looked for in
 * `lists`, or below `root` and then the data folder, and stored in the data folder with `root` as the videos' place. `lists`
 * imports again. Throws a UserError for an unknown name, or where there is no list.
 */
export async function listsOf(
  name: string,
  root: string | undefined,
  lists: string | undefined,
  signal?: AbortSignal,
): Promise<Lists> {
  const wanted = official(name);
  if (wanted === null) {
    if (lists !== undefined)
      throw new UserError(`--lists is for ${OFFICIAL_NAMES.join(", ")}; "${name}" has a manifest of its own`);
    return { datasets: [findDataset(name)], notes: [], warnings: [] };
  }
  if (lists === undefined) {
    const stored = storedOf(wanted.names);
    if (stored.length > 0) return { datasets: stored, notes: [], warnings: [] };
  }
  const imported = await importFrom(wanted.of, lists === undefined ? [root, dataFolder()] : [lists], signal);
  const { datasets, notes, warnings } = imported;
  storeImport(imported, root);
  const stored = storedOf(wanted.names);
  if (stored.length === 0)
    throw new UserError(`the lists have no split "${name}", only ${datasets.map((one) => one.name).join(", ")}`);
  return { datasets: stored, notes, warnings };
}

/** The datasets that a name stands for, as they are stored. @throws UserError for an unknown name, or lists that nobody imported */
export function storedLists(name: string): readonly StoredDataset[] {
  const wanted = official(name);
  if (wanted === null) return [findDataset(name)];
  const stored = storedOf(wanted.names);
  if (stored.length > 0) return stored;
  throw new UserError(`the lists of ${name} are not imported yet: vghif data prepare ${name} --root DIR [--lists DIR]`);
}

function storedOf(names: readonly string[]): StoredDataset[] {
  return names
    .map((name) => path.join(dataFolder(), name))
    .filter((folder) => existsSync(path.join(folder, "dataset.json")))
    .map(readDataset);
}

async function importFrom(
  name: OfficialName,
  folders: readonly (string | undefined)[],
  signal?: AbortSignal,
): Promise<OfficialImport> {
  const faults: string[] = [];
  for (const folder of folders) {
    if (folder === undefined || !existsSync(folder)) continue;
    try {
      const found = await importOfficial(name, folder, signal ? { signal } : {});
      return { ...found, warnings: [...faults, ...found.warnings] };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      faults.push(messageOf(error));
    }
  }
  const where = folders.filter((folder) => folder !== undefined).join(" or ");
  throw new UserError(faults[0] ?? `no official lists of ${name}: there is no folder ${where}; name one with --lists`);
}
