/** What a row's model is and costs, from its records; for the block below a table of full supervision. */
import type { DataFrame } from "danfojs-node";
import { viewsText } from "../data/frames/views.js";
import { DASH, meanAndSd } from "./format.js";
import type { RunRecord } from "./record.js";
import type { RunSpec } from "./spec.js";
import { type Summary, summarise } from "./statistics.js";
import type { GroupResult } from "./table-result.js";

export interface RowAbout {
  /** Frames a video. */
  readonly frames: number;
  /** Views of a scored video: "1x1", "4x3, random rule" (by the run's seed). */
  readonly views: string;
  /** Percent over the seeds; null: not run. */
  readonly top5: Summary | null;
  /** Numbers of parameters, of the whole model and of the fusion alone; null: not run. */
  readonly parameters: { readonly total: number; readonly fusion: number } | null;
  /** 10^9 multiply-accumulates of one view, from frames to class scores; null: not run. */
  readonly gigaMacs: number | null;
}

/** `records`: of one column, all seeds. */
export function aboutRow({ frames, views }: RunSpec, records: readonly RunRecord[]): RowAbout {
  const [first] = records;
  return {
    frames,
    views: viewsText(views),
    top5: first ? summarise(records.map(({ final }) => final.top5)) : null,
    parameters: first ? { total: first.parameters.total, fusion: first.parameters.fusion } : null,
    gigaMacs: first?.gigaMacs ?? null,
  };
}

/** "8 frames a video", or by row where rows differ: "frames a video: CLIP 8, ViFi-CLIP 4". */
export function framesText({ rows }: GroupResult): string {
  const [first] = rows;
  if (rows.every(({ about }) => about.frames === first!.about.frames)) return `${first!.about.frames} frames a video`;
  return `frames a video: ${rows.map(({ label, about }) => `${label} ${about.frames}`).join(", ")}`;
}

/** "views 4x3, random rule by seed", or by row where rows differ; null where all are scored in the single view. */
export function viewsOfRows({ rows }: GroupResult): string | null {
  const views = rows.map(({ about }) => about.views.replace("random rule", "random rule by seed"));
  const single = viewsText(undefined);
  if (views.every((text) => text === single)) return null;
  if (views.every((text) => text === views[0])) return `views ${views[0]}`;
  return `views: ${rows.map(({ label }, at) => `${label} ${views[at]}`).join("; ")}`;
}

/** A line a model: top-5, frames, views, parameters in millions and 10^9 multiply-accumulates a view. */
export async function modelFrame({ rows }: GroupResult): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  const millions = (count: number): string => (count / 1e6).toFixed(2);
  const lines = rows.map(({ label, about: { frames, views, top5, parameters, gigaMacs } }) => [
    label,
    meanAndSd(top5),
    frames,
    views.replace("x", " x "),
    parameters ? millions(parameters.total) : DASH,
    parameters ? millions(parameters.fusion) : DASH,
    gigaMacs === null ? DASH : gigaMacs.toPrecision(4),
  ]);
  const columns = ["model", "top-5 %", "frames", "views", "parameters, M", "of them the fusion's, M", "GFLOPs a view"];
  return new danfo.DataFrame(lines, { columns });
}

/** What the block's numbers are. */
export const MODEL_NOTE =
  "GFLOPs: 10⁹ multiply-accumulates from frames to class scores, as the field counts them; views: clips x crops; top-5: mean ± sd over seeds.";
