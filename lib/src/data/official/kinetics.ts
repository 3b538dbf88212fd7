/** Kinetics-400: its CSV files (label,youtube_id,time_start,time_end,split), or ViFi-CLIP's lists. */
import path from "node:path";
import type { Sample, SplitName } from "../types.js";
import type { Description } from "./description.js";
import { FOLDER, isOtherEdition, kineticsCsv, readKineticsCsv } from "./kinetics-csv.js";
import { exactly, type ListFolder } from "./list-folder.js";
import { pathAndLabel, type Row, readSamples } from "./rows.js";
import { type ImportedSplit, inOrder } from "./split.js";

/** "<folder>/<youtube id>_<start>_<end>.mp4"; ids may hold "_" and "-": eleven characters, counted from the end. */
const CLIP = /^(?:.*\/)?([\w-]{11}_\d{6}_\d{6})(?:\.\w+)?$/;

/** Reads Kinetics-400. A split that no CSV file has comes from ViFi-CLIP's list of it; test videos without labels are left out. */
export async function kineticsSplits(lists: ListFolder, { classes }: Description): Promise<readonly ImportedSplit[]> {
  const splits: Partial<Record<SplitName, readonly Sample[]>> = {};
  const sources = new Map<SplitName, string>();
  for (const base of lists.names({ name: /\.csv$/i })) {
    if (/k200|mini/i.test(base)) continue;
    const file = await lists.find(kineticsCsv(base));
    if (file === null || isOtherEdition(path.relative(lists.folder, file))) continue;
    const { clips, unlabelled } = await readKineticsCsv(lists, file, classes);
    if (unlabelled > 0) lists.notes.push(`${file}: ${unlabelled} test videos without a label are left out`);
    for (const split of ["train", "val", "test"] as const) {
      const samples = clips.filter((clip) => clip.split === split).map(({ path, label }) => ({ path, label }));
      if (samples.length === 0) continue;
      const other = sources.get(split);
      if (other !== undefined) throw lists.twice(split, other, file);
      splits[split] = inOrder(samples);
      sources.set(split, path.basename(file));
    }
  }
  for (const [split, names] of [
    ["train", ["train", "train_tiny"]],
    ["val", ["val"]],
  ] as const) {
    for (const name of names) {
      if (splits[split]) continue;
      const file = await lists.find({ name: exactly(`${name}.txt`), firstLine: VIFI_LINE, folder: FOLDER });
      if (file === null || isOtherEdition(path.relative(lists.folder, file))) continue;
      const row = (line: string) => pathAndLabel(line, classes.length, clipOf);
      splits[split] = inOrder(await readSamples(lists, file, row));
      sources.set(split, `ViFi-CLIP's ${name}.txt`);
    }
  }
  if (sources.size === 0)
    throw lists.nothing("CSV files with columns label,youtube_id,time_start,time_end,split, or ViFi-CLIP's val.txt");
  const from = [...sources].map(([split, source]) => `${split} from ${source}`).join(", ");
  return [{ name: "kinetics-400", splits, from }];
}

const VIFI_LINE = /^\S*\/?[\w-]{11}_\d{6}_\d{6}\.\w+\s+\d+$/;

function clipOf(video: string, label: number): Row<Sample> {
  const clip = CLIP.exec(video)?.[1];
  return clip === undefined ? { fault: `not "<youtube id>_<start>_<end>.mp4": "${video}"` } : { path: clip, label };
}
