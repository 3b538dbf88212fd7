/** ViFi-CLIP's lists of HMDB51 and UCF101: `val<split>.txt` for testing, `train1_few_shot_<K>.txt` of split 1. */
import type { Sample } from "../types.js";
import { exactly, type ListFolder } from "./list-folder.js";
import { pathAndLabel, type Row, readSamples } from "./rows.js";
import { inOrder } from "./split.js";

/** How the lists of one dataset are told from those of another, and a row's sample. */
export interface VifiLists {
  readonly firstLine: RegExp;
  readonly folder: RegExp;
  readonly classes: number;
  readonly sample: (path: string, label: number) => Row<Sample>;
}

/** The videos of a split that are scored, or null where its list is not there. */
export async function vifiTest(lists: ListFolder, of: VifiLists, split: number): Promise<readonly Sample[] | null> {
  const file = await lists.find({ ...of, name: exactly(`val${split}.txt`) });
  return file === null ? null : readVifi(lists, of, file);
}

/** The few-shot lists that are there, by name: "vifi-clip-2" and so on. They are independent draws, not nested. */
export async function vifiFewShot(lists: ListFolder, of: VifiLists): Promise<Record<string, readonly Sample[]>> {
  const found: Record<string, readonly Sample[]> = {};
  const name = /^train1_few_shot_(\d+)\.txt$/;
  for (const base of lists.names({ name })) {
    const file = await lists.find({ ...of, name: exactly(base) });
    if (file !== null) found[`vifi-clip-${Number(name.exec(base)?.[1])}`] = await readVifi(lists, of, file);
  }
  return found;
}

async function readVifi(lists: ListFolder, of: VifiLists, file: string): Promise<readonly Sample[]> {
  return inOrder(await readSamples(lists, file, (line) => pathAndLabel(line, of.classes, of.sample)));
}
