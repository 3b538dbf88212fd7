/** What a dataset is to the rest of the kit: class names and lists of labelled video files under one root. */

/** One labelled video. */
export interface Sample {
  /** Path relative to the dataset's root; also the sample's identity in records. */
  readonly path: string;
  /** 0-based class index. */
  readonly label: number;
  /** Videos of one group (source recording, actor, scene) never sit on both sides of a split. */
  readonly group?: string;
}

export type SplitName = "train" | "val" | "test";

/** `generated`: drawn by the project, never to be shown as a real dataset's number. `user`: `vghif data new`. */
export type DatasetKind = "generated" | "real" | "user";

/** A dataset's manifest, as read from `<folder>/dataset.json`, `classes.csv` and one CSV a split. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  readonly kind: DatasetKind;
  readonly source: string;
  readonly licence: string;
  /** Class names in label order, as they are put into the prompt. */
  readonly classes: readonly string[];
  readonly splits: Readonly<Partial<Record<SplitName, readonly Sample[]>>>;
}
