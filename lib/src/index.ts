// engine

export { type OfficialClass, officialClasses, respell, type Spelling } from "./data/class-names.js";
export { drawShots } from "./data/few-shot.js";
// data
export { type Clip, loadClip } from "./data/frames/load.js";
export { clipTransform, type TransformSpec, threeCropTransform, videoTransform } from "./data/frames/transforms.js";
export { generateDataset } from "./data/generated/generate.js";
export { readDataset } from "./data/manifest.js";
export { datasetRoot, findDataset } from "./data/manifest-find.js";
export { newOwnDataset, type OwnDataset, type OwnOptions } from "./data/own.js";
export { videoFile, videoRoot } from "./data/prepare/locate.js";
export { type PrepareOptions, prepareVideos } from "./data/prepare/prepare.js";
export type { Dataset, Sample, SplitName } from "./data/types.js";
export type { VideoRoot, VideoSource } from "./data/video/source.js";
export { type BackendName, type EngineInfo, startEngine } from "./engine/index.js";
// evaluate
export { type Classified, type ClassifyOptions, classifyVideo } from "./evaluate/classify.js";
export { type Grounding, groundingOf } from "./evaluate/grounding.js";
export { topK, topLabels } from "./evaluate/metrics.js";
export { loadRecognizer, type Recognizer, saveRecognizer } from "./evaluate/recognizer.js";
export { exportRecognizer } from "./export/export-onnx.js";
export type { ClassChoice, Exported, ExportOptions } from "./export/options.js";
// models
export { CLIP_SIZES, type ClipConfig } from "./models/clip-config.js";
export { type Recognized, type RecognizerConfig, recognize } from "./models/recognizer.js";
export { VGHIF_DEFAULTS, type VghifConfig } from "./models/vghif-config.js";

// experiments: tables from records

export { type GroundingPictureOptions, groundingPicture } from "./evaluate/grounding-picture.js";
export { type AblationChoice, type AblationTable, ablationTable } from "./experiments/ablation.js";
export { ablationCost } from "./experiments/cost/declared.js";
export { costFrame } from "./experiments/cost/frames.js";
export { renderCost } from "./experiments/cost/render.js";
export { type CostResult, readCost } from "./experiments/cost/result.js";
export { runCost } from "./experiments/cost/run.js";
export { ablationGates } from "./experiments/declared/ablation-gates.js";
export { ablationInteraction } from "./experiments/declared/ablation-interaction.js";
export { ablationIterations } from "./experiments/declared/ablation-iterations.js";
export { ablationLevels } from "./experiments/declared/ablation-levels.js";
export { ablationTokens } from "./experiments/declared/ablation-tokens.js";
export { table1 } from "./experiments/declared/table-1.js";
export { table2 } from "./experiments/declared/table-2.js";
export { table3 } from "./experiments/declared/table-3.js";
export { table4 } from "./experiments/declared/table-4.js";
export { table5 } from "./experiments/declared/table-5.js";
export { makeEmbedding } from "./experiments/embedding-record.js";
export { type FewShotChoice, type FewShotTable, fewShotTable } from "./experiments/few-shot.js";
export type { Figure } from "./experiments/figure.js";
export { figureDatasets } from "./experiments/figure-datasets.js";
export { figureEmbedding } from "./experiments/figure-embedding.js";
export { figureGrounding, type GroundingChoice } from "./experiments/figure-grounding.js";
export { figureShots } from "./experiments/figure-shots.js";
export { type Drawing, drawFigure, drawingSvg, FIGURES, shownPair } from "./experiments/figures.js";
export { cellFrame } from "./experiments/frames.js";
export { type ChosenDataset, chooseDataset, type DatasetOptions } from "./experiments/own/choice.js";
export { pairOn } from "./experiments/own/figures.js";
export { tableOn } from "./experiments/own/table.js";
export { findTargetsOn } from "./experiments/own/targets.js";
export { type TrainChoice, trainSpec, trainTo } from "./experiments/own/train.js";
export type { EpochMetrics, FinalMetrics, RunOutcome, RunRecord } from "./experiments/record.js";
export { renderTable, type TableFormat } from "./experiments/render.js";
export { runFrame } from "./experiments/run-frame.js";
export { type Selection, selectTable } from "./experiments/select.js";
export type { RunSpec, Scale, Trainable, TrainSpec } from "./experiments/spec.js";
export { type PairedDifference, pairedDifference, type Summary, summarise } from "./experiments/statistics.js";
export { openStore, type RecordStore } from "./experiments/store.js";
export { figureSvg } from "./experiments/svg.js";
export { defineTable, type Table, tableSpecs } from "./experiments/table.js";
export { readTable, type TableResult } from "./experiments/table-result.js";
export { findTables, TABLES } from "./experiments/tables.js";
export { trainedRecognizer } from "./experiments/trained.js";
// notebook: what cells call
export { type ShowOptions, show } from "./notebook/display.js";
export { type RunTableOptions, runTable } from "./notebook/run-table.js";
