/** Numbers that others published, as blocks of their own: never beside ours in one column. */

import type { DataFrame } from "danfojs-node";
import { datasetOfColumn } from "./column-key.js";
import { publishedFrame } from "./frames.js";
import type { TableResult } from "./table-result.js";

export interface PublishedBlock {
  readonly caption: string;
  readonly frame: DataFrame;
}

/**
 * One block a dataset that was published about. Column keys are `<dataset>-k<shots>` or `<dataset>`; where a dataset has one
 * column, the rows stand from the best to the worst.
 */
export async function publishedBlocks({ groups, published }: TableResult): Promise<readonly PublishedBlock[]> {
  const columns = groups.flatMap((group) => group.columns);
  const datasets = new Set(columns.map(({ key }) => datasetOfColumn(key)));
  const blocks = [...datasets].map(async (dataset) => {
    const own = columns.filter(({ key }) => datasetOfColumn(key) === dataset);
    const rows = published.filter(({ values }) => own.some(({ key }) => key in values));
    const [first] = own;
    const shown = own.length > 1 ? own : own.map(({ key }) => ({ key, label: "top-1 %" }));
    const ordered = own.length > 1 ? rows : rows.toSorted((a, b) => b.values[first!.key]! - a.values[first!.key]!);
    const caption = `Published on the real ${dataset}, top-1 %, copied from the source named in each row: neither ours nor VgHIF's`;
    return { caption, frame: await publishedFrame(ordered, shown), any: rows.length > 0 };
  });
  return (await Promise.all(blocks)).filter(({ any }) => any);
}
