/** Scores a run's videos: its best labels for each of them. */
import type { Sample } from "../data/types.js";
import { UserError } from "../errors.js";
import { type Prediction, topLabels } from "../evaluate/metrics.js";
import type { Params } from "../nn/array.js";
import { placesOf } from "./fit.js";
import type { Learner } from "./learner.js";
import type { RunOutcome } from "./record.js";
import type { RunContext } from "./run-experiment.js";
import { Scorer } from "./scorer.js";
import type { RunSpec } from "./spec.js";
import { disposeBatch, type VideoSource } from "./videos.js";

/** Most videos, or views of videos, scored at a time. */
export const EVALUATION_BATCH = 16;

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
