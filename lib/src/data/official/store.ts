/** Stores imported datasets where runs find them. */
import path from "node:path";
import { UsageError } from "../../errors.js";
import { writeDataset } from "../manifest.js";
import { dataFolder } from "../manifest-find.js";
import { withoutSplit } from "../split-name.js";
import { OFFICIAL_NAMES, type OfficialImport, type OfficialName } from "./types.js";

/**
 * Writes every dataset of an import to `<data folder>/<its name>`, with `root` as the place of its videos; returns the folders. One
 * that is there is replaced.
 */
export function storeImport({ datasets }: OfficialImport, root?: string): readonly string[] {
  return datasets.map((dataset) => {
    const folder = path.join(dataFolder(), dataset.name);
    writeDataset(folder, { ...dataset, ...(root === undefined ? {} : { root: path.resolve(root) }) });
    return folder;
  });
}

/** "hmdb51" for "hmdb51" and for "hmdb51-2". Throws a UsageError for any other name. */
export function officialName(name: string): OfficialName {
  const found = OFFICIAL_NAMES.find((known) => known === name || known === withoutSplit(name));
  if (found) return found;
  throw new UsageError(`no official lists of "${name}" are known; there are ${OFFICIAL_NAMES.join(", ")}`);
}
