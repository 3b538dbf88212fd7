// experiments: tables from records

export { type FewShotChoice, type FewShotTable, fewShotTable } from "./experiments/few-shot.js";
export type { Figure } from "./experiments/figure.js";
export { figureShots } from "./experiments/figure-shots.js";
export { cellFrame } from "./experiments/frames.js";
export type { EpochMetrics, FinalMetrics, RunOutcome, RunRecord } from "./experiments/record.js";
export { renderTable, type TableFormat } from "./experiments/render.js";
export type { RunSpec, Scale, Trainable, TrainSpec } from "./experiments/spec.js";
export { type PairedDifference, pairedDifference, type Summary, summarise } from "./experiments/statistics.js";
export { openStore, type RecordStore } from "./experiments/store.js";
export { figureSvg } from "./experiments/svg.js";
export { defineTable, type Table, tableSpecs } from "./experiments/table.js";
export { table4 } from "./experiments/table-4.js";
export { readTable, type TableResult } from "./experiments/table-result.js";

// notebook: what cells call
export { type ShowOptions, show } from "./notebook/display.js";
export { type RunTableOptions, runTable } from "./notebook/run-table.js";
