/** Names of datasets with several official splits: "<dataset>-<split>". */

/** "hmdb51" for "hmdb51-2"; any other name as it is. */
export function withoutSplit(name: string): string {
  return name.replace(/-\d$/, "");
}
