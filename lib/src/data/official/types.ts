/** The real datasets whose official lists can be imported, and what an import gives. */
import type { StoredDataset } from "../manifest.js";

export const OFFICIAL_NAMES = ["kinetics-400", "mini-kinetics-200", "hmdb51", "ucf101"] as const;
export type OfficialName = (typeof OFFICIAL_NAMES)[number];

/** One file that an import has read. */
export interface ListFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Rows that name a video or a class; headers and empty lines are not counted. */
  readonly rows: number;
  /** SHA-256 of its bytes, hexadecimal. */
  readonly sha256: string;
  /** The known checksum of the list of this name (data-manifests/<dataset>/official.json); null: none is known. */
  readonly expected: string | null;
}

/** What the lists below a folder say about a dataset. */
export interface OfficialImport {
  readonly name: OfficialName;
  /**
   * One a split: "hmdb51-1" to "hmdb51-3", "ucf101-1" to "ucf101-3", "kinetics-400", "mini-kinetics-200"; not stored, without a
   * folder. Sample paths are canonical ids, whatever the layout of the videos: "<class>/<file>.avi" as HMDB51 and UCF101 are
   * distributed, "<youtube id>_<start>_<end>" (six digits each, seconds, no extension) in Kinetics. Samples are in order of label
   * and path, so that the manifest does not depend on which copy of a list was read. Few-shot lists are in `fewShot`.
   */
  readonly datasets: readonly StoredDataset[];
  readonly files: readonly ListFile[];
  /** What the reader should know: lists whose checksum is another than the known one, videos left out. */
  readonly notes: readonly string[];
  /** What is probably wrong: counts that are not the official ones. */
  readonly warnings: readonly string[];
}
