/** Sizes of the real datasets, for plans before any of them is here; with where each was read. */
import { withoutSplit } from "../../data/split-name.js";

export interface OfficialDataset {
  readonly classes: number;
  /** Videos of the training split and of the one that is scored, mean of the official splits. */
  readonly train: number;
  readonly scored: number;
  /** Gigabytes of videos; null: not known here. */
  readonly gigabytes: number | null;
  readonly source: string;
}

const OFFICIAL: Readonly<Record<string, OfficialDataset>> = {
  "kinetics-400": {
    classes: 400,
    train: 240436,
    scored: 19796,
    gigabytes: null,
    source: "open-mmlab/mmaction2@4d6c934 tools/data/kinetics/README.md",
  },
  "mini-kinetics-200": {
    classes: 200,
    train: 80000,
    scored: 5000,
    gigabytes: 130,
    source: "s9xie/Mini-Kinetics-200@ca52359 README.md; size as in TCPNet's Dataset.md",
  },
  hmdb51: {
    classes: 51,
    train: 3570,
    scored: 1530,
    gigabytes: null,
    source: "official split files, 70 and 30 videos a class",
  },
  ucf101: {
    classes: 101,
    train: 9582,
    scored: 3738,
    gigabytes: 7,
    source: "official split files; size of the archive as re-uploaded",
  },
};

/** The dataset of this name, or of this name and an official split ("hmdb51-2"); null where it is none of them. */
export function officialDataset(name: string): OfficialDataset | null {
  return OFFICIAL[name] ?? OFFICIAL[withoutSplit(name)] ?? null;
}
