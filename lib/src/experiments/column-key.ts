/** Keys of columns: "<dataset at scale paper>", and of few-shot columns "<dataset>-k<shots>". */

/** "hmdb51" for "hmdb51-k16". */
export function datasetOfColumn(key: string): string {
  return key.replace(/-k\d+$/, "");
}

/** 16 for "hmdb51-k16"; null for a column without shots. */
export function shotsOfColumn(key: string): number | null {
  const digits = /-k(\d+)$/.exec(key)?.[1];
  return digits === undefined ? null : Number(digits);
}
