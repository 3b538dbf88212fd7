/**
 * Mini-Kinetics-200: bare YouTube ids (train_ytid_list.txt, val_ytid_list.txt) joined with Kinetics' CSV files, or CSV files that
 * are cut already (train_k200.csv, val_k200.csv). Its classes have no numbers of their own: here they are in alphabetical order.
 */
import path from "node:path";
import { UserError } from "../../errors.js";
import type { Sample } from "../types.js";
import { type Description, describeOfficial } from "./description.js";
import { type Clip, isOtherEdition, kineticsCsv, readKineticsCsv } from "./kinetics-csv.js";
import { exactly, type ListFolder } from "./list-folder.js";
import { type Row, readRows } from "./rows.js";
import { type ImportedSplit, inOrder } from "./split.js";

/** Reads both splits. Ids that the CSV files do not have, or whose class is none of the 200, are left out with a warning. */
export async function miniKineticsSplits(
  lists: ListFolder,
  { classes }: Description,
): Promise<readonly ImportedSplit[]> {
  const all = describeOfficial("kinetics-400").classes;
  const splits: { train?: readonly Sample[]; val?: readonly Sample[] } = {};
  const from: string[] = [];
  let kinetics: ReadonlyMap<string, Clip> | null = null;
  for (const split of ["train", "val"] as const) {
    const idFile = await lists.find({ name: exactly(`${split}_ytid_list.txt`), folder: /mini|k200/i });
    const cutFile = await lists.find({ ...kineticsCsv(`${split}_k200.csv`), folder: /mini|k200/i });
    const cut = cutFile === null ? null : (await readKineticsCsv(lists, cutFile, all)).clips;
    if (idFile === null && cut === null) continue;
    const ids = idFile === null ? null : await readIds(lists, idFile);
    let clips = cut ?? [];
    if (ids !== null) {
      let byId: ReadonlyMap<string, Clip> = new Map(clips.map((clip) => [clip.youtubeId, clip]));
      if (ids.some((id) => !byId.has(id))) {
        kinetics ??= await kineticsById(lists, all);
        byId = new Map([...kinetics, ...byId]);
      }
      if (byId.size === 0) throw withoutLabels(lists, idFile as string);
      clips = ids.flatMap((id) => byId.get(id) ?? []);
      warnOfMissing(lists, idFile as string, ids, byId);
    }
    const samples = clips.flatMap(({ path, label }) => {
      const own = classes.indexOf(all[label] as string);
      return own < 0 ? [] : [{ path, label: own }];
    });
    const others = clips.length - samples.length;
    if (others > 0)
      lists.warnings.push(`mini-kinetics-200: ${others} ${split} videos are of none of its classes: left out`);
    splits[split] = inOrder(samples);
    from.push(`${split} from ${path.basename(idFile ?? (cutFile as string))}`);
  }
  if (from.length === 0)
    throw lists.nothing("train_ytid_list.txt and val_ytid_list.txt beside Kinetics' CSV files, or train_k200.csv");
  return [{ name: "mini-kinetics-200", splits, from: from.join(", ") }];
}

async function readIds(lists: ListFolder, file: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  const rows = await readRows(lists, file, (id): Row<{ id: string }> => {
    if (!/^[\w-]{11}$/.test(id)) return { fault: `"${id}" is not a YouTube id of 11 characters` };
    if (seen.has(id)) return { fault: `"${id}" is there twice` };
    seen.add(id);
    return { id };
  });
  return rows.map(({ id }) => id);
}

/** The clips of all Kinetics-400 CSV files below the folder. */
async function kineticsById(lists: ListFolder, classes: readonly string[]): Promise<ReadonlyMap<string, Clip>> {
  const byId = new Map<string, Clip>();
  for (const base of lists.names({ name: /\.csv$/i })) {
    if (/k200/i.test(base)) continue;
    const file = await lists.find(kineticsCsv(base));
    if (file === null || isOtherEdition(path.relative(lists.folder, file))) continue;
    for (const clip of (await readKineticsCsv(lists, file, classes)).clips) byId.set(clip.youtubeId, clip);
  }
  return byId;
}

function warnOfMissing(lists: ListFolder, file: string, ids: readonly string[], byId: ReadonlyMap<string, Clip>): void {
  const missing = ids.filter((id) => !byId.has(id));
  if (missing.length === 0) return;
  lists.warnings.push(
    `${file}: ${missing.length} of ${ids.length} ids are in none of Kinetics' CSV files, and left out: ${missing[0]} first`,
  );
}

function withoutLabels(lists: ListFolder, file: string): UserError {
  return new UserError(
    `${file} holds ids without labels, and no CSV file with columns label,youtube_id,time_start,time_end is below ${lists.folder}: ` +
      "put Kinetics-400's train.csv and val.csv there",
  );
}
