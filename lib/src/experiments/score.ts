/** Scores a run's videos: its best labels for each of them. */
import type { Sample } from "../data/types.js";
import { type Bound, type Compiled, compile } from "../engine/compile/compile.js";
import { compiles } from "../engine/index.js";
import { UserError } from "../errors.js";
import { type Prediction, topLabels } from "../evaluate/metrics.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import type { TensorRecord } from "../train/step.js";
import { placesOf } from "./fit.js";
import { isPixels, type Learner, type VideoBatch } from "./learner.js";
import type { RunOutcome } from "./record.js";
import type { RunContext } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";
import { disposeBatch, type VideoSource } from "./videos.js";

/** Most videos scored at a time. */
const EVALUATION_BATCH = 16;

export interface Scored {
  readonly predictions: RunOutcome["predictions"];
  readonly scored: Prediction[];
}

/** Labels of the readable ones of `evaluation`, best first. @throws UserError where none could be read */
export async function score(
  spec: RunSpec,
  context: RunContext,
  learner: Learner,
  source: VideoSource,
  evaluation: readonly Sample[],
  trained: Params,
): Promise<Scored> {
  const places = placesOf(source, evaluation);
  if (places.length === 0) throw new UserError("none of the videos to be scored could be read");
  const scorer = new Scorer(learner, trained);
  const predictions: [string, number, number[]][] = [];
  const size = Math.min(places.length, EVALUATION_BATCH, spec.train?.microBatch ?? EVALUATION_BATCH);
  try {
    for (let from = 0; from < places.length; from += size) {
      context.signal?.throwIfAborted();
      // The last batch is filled up with its first video, so that one program fits all batches.
      const some = places.slice(from, from + size);
      const batch = await source.batch([...some, ...Array<number>(size - some.length).fill(some[0]!)]);
      const rows = await scorer.logits(batch.video);
      disposeBatch(batch);
      for (const [row, place] of some.entries()) {
        const { path, label } = source.samples[place]!;
        predictions.push([path, label, topLabels(rows[row]!, 5)]);
      }
      context.onProgress?.({ phase: "evaluate", done: predictions.length, total: places.length });
    }
  } finally {
    await scorer.dispose();
  }
  return { predictions, scored: predictions.map(([, label, best]) => ({ label, best })) };
}

type Inputs = { trained: TensorRecord; video: Tensor };

/** The parameters stay where the program runs; what it does not return stays as it is. */
type Outputs = { trained: TensorRecord; logits: Tensor };

/** Compiled where towers take part in scoring; a frozen tower's tokens are scored op by op, which costs little. */
class Scorer {
  private program: Compiled<Inputs, Outputs> | null = null;
  private bound: Bound<Inputs, Outputs, "trained"> | null = null;

  constructor(
    private readonly learner: Learner,
    private readonly trained: Params,
  ) {}

  async logits(video: VideoBatch["video"]): Promise<number[][]> {
    if (!isPixels(video) || !compiles()) {
      const logits: Tensor = tf.tidy(() => this.learner.logits(this.trained, video));
      const rows = (await logits.array()) as number[][];
      logits.dispose();
      return rows;
    }
    const { data, shape } = (await (await this.bind(video)).step({ video })).logits;
    const [rows, classes] = shape as [number, number];
    return Array.from({ length: rows }, (_, row) => [...data.slice(row * classes, (row + 1) * classes)]);
  }

  private async bind(video: Tensor): Promise<Bound<Inputs, Outputs, "trained">> {
    if (this.bound) return this.bound;
    const trained = { ...this.trained };
    this.program = await compile<Inputs, Outputs>(
      (inputs) => ({ logits: this.learner.logits(inputs.trained, inputs.video) }) as Outputs,
      { trained, video },
    );
    this.bound = await this.program.bind({ trained });
    return this.bound;
  }

  async dispose(): Promise<void> {
    this.bound?.release();
    await this.program?.retire();
  }
}
