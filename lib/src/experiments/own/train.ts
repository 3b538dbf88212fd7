/** `vghif train DATASET --out FILE`: one run of a rebuilt table, its recogniser kept as a file. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { spelledClasses } from "../../data/class-names.js";
import { findDataset } from "../../data/manifest-find.js";
import { saveRecognizer } from "../../evaluate/recognizer.js";
import type { RecognizerConfig } from "../../models/recognizer.js";
import type { Params } from "../../nn/array.js";
import { disposeParams } from "../../weights/load.js";
import { table3 } from "../declared/table-3.js";
import { table4 } from "../declared/table-4.js";
import { executeRun, runLabel } from "../execute.js";
import { percent } from "../format.js";
import { runId } from "../id.js";
import { prepare } from "../prepare.js";
import type { RunRecord } from "../record.js";
import type { RunContext } from "../run-experiment.js";
import type { RunSpec, Scale } from "../spec.js";
import type { RecordStore } from "../store.js";
import { trainedRecognizer } from "../trained.js";
import { type Backbone, chooseDataset, type DatasetOptions } from "./choice.js";
import { tableOn } from "./table.js";

export interface TrainChoice extends Pick<DatasetOptions, "weights" | "spelling"> {
  /** Default "clip". */
  readonly model?: Backbone;
  /** Whether the model has VgHIF. Default true. */
  readonly vghif?: boolean;
  /** Videos a class. Default: all training videos. */
  readonly shots?: number;
  /** Default 0. */
  readonly seed?: number;
  /** Default "smoke". */
  readonly scale?: Scale;
}

/** The run of that choice: a cell of the tables that `vghif reproduce --dataset` makes, so its record is theirs too. */
export async function trainSpec(dataset: string, choice: TrainChoice = {}): Promise<RunSpec> {
  const { model = "clip", vghif = true, shots, seed = 0, scale = "smoke", ...options } = choice;
  const chosen = await chooseDataset(dataset, { ...options, ...(shots === undefined ? {} : { shots: [shots] }) });
  const table = tableOn(shots === undefined ? table3 : table4, chosen);
  const row = table.rows[vghif ? `${model}+vghif` : model]!;
  return table.spec(row, Object.values(table.columns)[0]!, seed, scale);
}

/**
 * Trains the run's recogniser and writes it to `file`, with its classes, frames and template, for `vghif predict` and `export`.
 * The run's record is kept as any other; where it is there already the recogniser comes from the cache, or is trained again.
 *
 * @throws UserError where data or weights are missing, or the file cannot be written
 */
export async function trainTo(
  file: string,
  spec: RunSpec,
  store: RecordStore,
  context: RunContext = {},
): Promise<RunRecord> {
  const target = path.resolve(file);
  mkdirSync(path.dirname(target), { recursive: true });
  const classes = spelledClasses(findDataset(spec.dataset).classes, spec.spelling);
  let saved = false;
  const save = async (params: Params, config: RecognizerConfig): Promise<void> => {
    await saveRecognizer(target, params, config, spec.template, { classes, frames: spec.frames });
    saved = true;
  };
  await prepare([spec], context.signal ? { signal: context.signal } : {});
  await executeRun(spec, store, { ...context, onTrained: save });
  if (!saved) {
    const { params, config } = await trainedRecognizer(spec, context);
    await save(params, config).finally(() => disposeParams(params));
  }
  return store.read(runId(spec));
}

/** "top-1 55.0 % of 12 test videos (2 classes, guessing 50.0 %) · fights: user data · smoke-clip · 8 frames · scale smoke · seed 0". */
export function recordLine({ spec, final, datasetKind, skipped }: RunRecord): string {
  const classes = final.perClass.length;
  const parts = [
    `top-1 ${percent(final.top1)} % of ${final.n} ${spec.evaluate} videos (${classes} classes, guessing ${percent(100 / classes)} %)`,
    `${runLabel(spec)}: ${datasetKind} data`,
    spec.weights,
    `${spec.frames} frames a video`,
    `scale ${spec.scale}`,
  ];
  if (skipped.length > 0) parts.push(`${skipped.length} unreadable videos left out`);
  return parts.join(" · ");
}
