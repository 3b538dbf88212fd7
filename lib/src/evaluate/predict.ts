/** `vghif predict`: labels as a person gives them, and the answer with where it comes from. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { parseViews, viewsText } from "../data/frames/views.js";
import { startEngine } from "../engine/index.js";
import { UserError } from "../errors.js";
import { disposeParams } from "../weights/load.js";
import { SMOKE_CLIP } from "../weights/registry.js";
import { classifyVideo } from "./classify.js";
import { classesOf, loadRecognizer } from "./recognizer.js";

export interface PredictOptions {
  readonly weights?: string;
  /** CLIP checkpoint with the token table of an official ViFi-CLIP file. */
  readonly clipWeights?: string;
  /** Default: as many as the model is made for, or was trained with, else 8. */
  readonly frames?: number;
  /** Default: the one that the model was trained with, where its file tells; else the bare label. */
  readonly template?: string;
  /** Clips x crops whose probabilities are averaged: "4x3". Default: one view. */
  readonly views?: string;
  /** The clips' frames are drawn by this seed, as in official testing. Default: they are equally spaced. */
  readonly viewSeed?: number;
}

export interface Predicted {
  readonly video: string;
  /** The five best labels, best first; probabilities are over all labels given. */
  readonly top: readonly { readonly label: string; readonly probability: number }[];
  readonly labels: number;
  /** Frames that the video holds, and places of those that were looked at. */
  readonly frameCount: number;
  readonly indices: readonly number[];
  /** "1x1", "4x3, fixed rule", "4x3, random rule, seed 2". */
  readonly views: string;
  readonly weights: string;
  readonly backend: string;
  /** One line: model, labels, frames, and what the model is. */
  readonly provenance: string;
}

/** Labels from a comma-separated list, or from a file with one a line. */
export function parseLabels(text: string): string[] {
  const isFile = existsSync(text) && statSync(text).isFile();
  const parts = isFile ? readFileSync(text, "utf8").split(/\r?\n/) : text.split(",");
  const labels = parts.map((part) => part.trim()).filter((part) => part !== "");
  if (labels.length === 0) throw new UserError(`no labels in "${text}": give "a,b,c" or a file with one label a line`);
  return labels;
}

/** @param labelText as parseLabels takes it; undefined: the classes that the model was trained with, where its file tells */
export async function predict(
  video: string,
  labelText: string | undefined,
  options: PredictOptions = {},
): Promise<Predicted> {
  const { weights = SMOKE_CLIP, clipWeights, frames, template, viewSeed } = options;
  const views = parseViews(options.views ?? "1x1", viewSeed === undefined ? "fixed" : "random");
  const given = labelText === undefined ? null : parseLabels(labelText);
  const { backend } = await startEngine();
  const recognizer = await loadRecognizer(weights, clipWeights === undefined ? {} : { clipWeights });
  try {
    const labels = given ?? classesOf(recognizer);
    const { scores, frameCount, indices } = await classifyVideo(recognizer, video, labels, {
      ...(frames === undefined ? {} : { frames }),
      ...(template === undefined ? {} : { template }),
      ...(views === undefined ? {} : { views }),
      ...(viewSeed === undefined ? {} : { seed: viewSeed }),
    });
    const said = viewsText(views, viewSeed);
    const kind =
      weights === SMOKE_CLIP
        ? "smoke-clip: a small model pre-trained on drawn pictures alone; on real videos its answers mean little"
        : weights;
    return {
      video,
      top: scores.slice(0, 5),
      labels: labels.length,
      frameCount,
      indices,
      views: said,
      weights,
      backend,
      provenance: `${labels.length} labels, ${indices.length} of ${frameCount} frames${views ? `, views ${said}` : ""}; ${kind}`,
    };
  } finally {
    disposeParams(recognizer.params);
  }
}
