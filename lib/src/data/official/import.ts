/** Imports the official lists of a real dataset from wherever they lie below a folder. */
import { SPLITS, type StoredDataset } from "../manifest.js";
import { type Description, describeOfficial } from "./description.js";
import { hmdb51Splits } from "./hmdb51.js";
import { kineticsSplits } from "./kinetics.js";
import { ListFolder } from "./list-folder.js";
import { miniKineticsSplits } from "./mini-kinetics.js";
import type { ImportedSplit } from "./split.js";
import type { OfficialImport, OfficialName } from "./types.js";
import { ucf101Splits } from "./ucf101.js";

export interface ImportOptions {
  readonly signal?: AbortSignal;
}

const IMPORTERS: Readonly<
  Record<OfficialName, (lists: ListFolder, description: Description) => Promise<readonly ImportedSplit[]>>
> = {
  "kinetics-400": kineticsSplits,
  "mini-kinetics-200": miniKineticsSplits,
  hmdb51: hmdb51Splits,
  ucf101: ucf101Splits,
};

/**
 * Reads a dataset's official lists, found by name and first line anywhere below a folder; nothing is written.
 * Where there are several sources, the dataset's own lists win over ViFi-CLIP's.
 *
 * @param listsFolder a folder with any of: HMDB51's `<class>_test_split<n>.txt`; UCF101's classInd, trainlist and testlist;
 *   Kinetics' CSV files; Mini-Kinetics' id lists beside Kinetics' CSV files, or CSV files with names; ViFi-CLIP's lists
 * @throws UserError in one line: no list there, two different files of one name, or a bad row by file, line and fault
 */
export async function importOfficial(
  name: OfficialName,
  listsFolder: string,
  options: ImportOptions = {},
): Promise<OfficialImport> {
  const description = describeOfficial(name);
  const lists = await ListFolder.open(listsFolder, description, options.signal);
  const splits = await IMPORTERS[name](lists, description);
  const datasets = splits.map((split) => datasetOf(split, description));
  for (const dataset of datasets) checkCounts(dataset, description, lists);
  return {
    name,
    datasets,
    files: lists.files,
    notes: [...lists.notes, ...lists.checksumNotes()],
    warnings: lists.warnings,
  };
}

function datasetOf(split: ImportedSplit, { name, title, source, licence, classes }: Description): StoredDataset {
  const number = split.name.slice(name.length + 1);
  return {
    name: split.name,
    title: number === "" ? title : `${title}, official split ${number}`,
    kind: "real",
    source,
    licence,
    notes: `Lists: ${split.from}.`,
    // The videos of all splits are in one place.
    ...(number === "" ? {} : { root: `../${name}` }),
    classes,
    splits: split.splits,
    ...(split.fewShot === undefined ? {} : { fewShot: split.fewShot }),
  };
}

/** Warns of splits that have not as many videos as they should. */
function checkCounts(dataset: StoredDataset, { counts, countsSource }: Description, lists: ListFolder): void {
  const expected = counts[dataset.name] ?? {};
  for (const split of SPLITS) {
    const found = dataset.splits[split]?.length ?? 0;
    const wanted = expected[split];
    if (wanted === undefined || found === wanted) continue;
    lists.warnings.push(`${dataset.name}: ${found} ${split} videos where ${wanted} are expected (${countsSource})`);
  }
}
