/** Scores a run's videos in several views: the sum of the views' softmax (microsoft/VideoX `X-CLIP/main.py`, validate). */
import type { ViewsSpec } from "../data/frames/views.js";
import type { Sample } from "../data/types.js";
import type { VideoRoot } from "../data/video/source.js";
import { UserError } from "../errors.js";
import { topLabels } from "../evaluate/metrics.js";
import { addSoftmax } from "../evaluate/softmax-sum.js";
import type { Tower } from "../features/encode.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { Params } from "../nn/array.js";
import { frozenTowers, type Learner } from "./learner.js";
import type { RunOutcome } from "./record.js";
import type { RunContext } from "./run-experiment.js";
import { EVALUATION_BATCH, type Scored } from "./score.js";
import { Scorer } from "./scorer.js";
import type { RunSpec } from "./spec.js";
import { disposeVideo } from "./videos.js";
import { featureViews, pixelViews, type ViewSource } from "./view-source.js";

export interface ViewsScored extends Scored {
  readonly skipped: RunOutcome["skipped"];
}

/** A video some of whose views are still to be scored. */
interface Open {
  readonly sample: Sample;
  left: number;
  sum: Float64Array;
}

/** A view that waits for its batch. */
interface Waiting<View> {
  readonly view: View;
  readonly video: Open;
}

/** Labels of the readable ones of `evaluation`, best first, from these views. @throws UserError where none could be read */
export async function scoreViews(
  spec: RunSpec,
  views: ViewsSpec,
  context: RunContext,
  learner: Learner,
  videos: { readonly config: RecognizerConfig; readonly tower: Tower; readonly root: VideoRoot },
  evaluation: readonly Sample[],
  trained: Params,
): Promise<ViewsScored> {
  const { config, tower, root } = videos;
  const options = { frames: spec.frames, seed: spec.seed, views };
  const frozen = frozenTowers(spec.train?.trainable ?? "none", config.backbone).visual;
  return frozen
    ? scoreFrom(featureViews(tower, config, root, options), spec, context, learner, evaluation, trained)
    : scoreFrom(pixelViews(config, root, options), spec, context, learner, evaluation, trained);
}

/** Views pass the model in batches, in the order of the videos and, within a video, in the official order. */
async function scoreFrom<View>(
  source: ViewSource<View>,
  spec: RunSpec,
  context: RunContext,
  learner: Learner,
  evaluation: readonly Sample[],
  trained: Params,
): Promise<ViewsScored> {
  const scorer = new Scorer(learner, trained);
  const size = Math.min(source.count * evaluation.length, EVALUATION_BATCH, spec.train?.microBatch ?? EVALUATION_BATCH);
  const predictions: [string, number, number[]][] = [];
  const skipped: { path: string; reason: string }[] = [];
  let waiting: Waiting<View>[] = [];
  const flush = async (): Promise<void> => {
    context.signal?.throwIfAborted();
    // The last batch is filled up with its first view, so that one program fits all batches.
    const rest = Array<View>(size - waiting.length).fill(waiting[0]!.view);
    const batch = source.batch([...waiting.map(({ view }) => view), ...rest]);
    const rows = await scorer.logits(batch);
    disposeVideo(batch);
    for (const [at, { video }] of waiting.entries()) {
      if (video.left === source.count) video.sum = new Float64Array(rows[at]!.length);
      addSoftmax(video.sum, rows[at]!);
      if (--video.left === 0) predictions.push([video.sample.path, video.sample.label, topLabels(video.sum, 5)]);
    }
    waiting = [];
    const done = predictions.length + skipped.length;
    context.onProgress?.({ phase: "evaluate", done, total: evaluation.length });
  };
  const onFeatures = (done: number, total: number) => context.onProgress?.({ phase: "features", done, total });
  try {
    for await (const read of source.read(evaluation, context.signal, onFeatures)) {
      if ("error" in read) {
        skipped.push({ path: read.sample.path, reason: read.error });
        continue;
      }
      const video: Open = { sample: read.sample, left: source.count, sum: new Float64Array(0) };
      for (const view of read.views) {
        waiting.push({ view, video });
        if (waiting.length === size) await flush();
      }
    }
    if (waiting.length > 0) await flush();
  } finally {
    await scorer.dispose();
  }
  if (predictions.length === 0) throw new UserError("none of the videos to be scored could be read");
  return { predictions, scored: predictions.map(([, label, best]) => ({ label, best })), skipped };
}
