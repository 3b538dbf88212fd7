/** The known datasets in short, for `vghif data list`. */
import { readDataset } from "./manifest.js";
import { listDatasets } from "./manifest-find.js";
import { hasVideo, videosFolder } from "./prepare/locate.js";
import type { DatasetKind, SplitName } from "./types.js";

/** Numbers of classes, and of videos in each split. */
export interface DatasetSummary extends Readonly<Record<SplitName, number>> {
  readonly name: string;
  readonly title: string;
  readonly kind: DatasetKind;
  readonly classes: number;
  /** Where the videos should be, absolute. */
  readonly root: string;
  /** Whether the first video is there. */
  readonly here: boolean;
}

/** Every dataset in the data folder and among the project's manifests, by name. */
export function describeDatasets(): DatasetSummary[] {
  return listDatasets().map(({ folder }) => {
    const dataset = readDataset(folder);
    const { name, title, kind, classes, splits } = dataset;
    const root = videosFolder(dataset);
    const first = Object.values(splits).flat()[0];
    return {
      name,
      title,
      kind,
      classes: classes.length,
      train: splits.train?.length ?? 0,
      val: splits.val?.length ?? 0,
      test: splits.test?.length ?? 0,
      root,
      here: first !== undefined && hasVideo(dataset, first),
    };
  });
}
