/** The numbers behind figure-embedding: where two trained recognisers put the same test videos. Made once, then read. */
import { z } from "zod";
import { spelledClasses } from "../data/class-names.js";
import { findDataset } from "../data/manifest-find.js";
import { videoRoot } from "../data/prepare/locate.js";
import type { Dataset, Sample } from "../data/types.js";
import { type EmbeddedVideos, embedVideos } from "../evaluate/embedding.js";
import { principalPlane, silhouette } from "../evaluate/embedding-map.js";
import { topK, topLabels } from "../evaluate/metrics.js";
import { disposeParams, sha256 as sha256OfFile } from "../weights/load.js";
import { weightsFile } from "../weights/registry.js";
import { canonicalJson, runId, sha256 } from "./id.js";
import { manifestHash, type RunContext } from "./run-experiment.js";
import { hashed, readSide, type SideKind, writeSide } from "./side-record.js";
import type { RunSpec } from "./spec.js";
import type { RecordStore } from "./store.js";
import { trainedRecognizer } from "./trained.js";

/** Two runs that differ in the fusion alone. */
export interface SpecPair {
  readonly baseline: RunSpec;
  readonly treatment: RunSpec;
}

export interface EmbeddingSide {
  /** Per video: path below the dataset, label, and its place on the map that both sides share. */
  readonly videos: readonly (readonly [path: string, label: number, x: number, y: number])[];
  /** Percent of these videos whose own class has the largest cosine. */
  readonly top1: number;
  /** How far the classes stand apart in the whole space, -1 to 1 (evaluate/embedding-map.ts); null for one class. */
  readonly silhouette: number | null;
}

export interface EmbeddingRecord {
  readonly id: string;
  readonly specs: SpecPair;
  readonly hashes: { readonly weights: string; readonly manifest: string };
  /** Names of the classes that are shown, by label. */
  readonly classes: readonly string[];
  /** Shares of the variance of both sides' videos on the map's two axes. */
  readonly explained: readonly [number, number];
  readonly baseline: EmbeddingSide;
  readonly treatment: EmbeddingSide;
}

/** Classes that are shown, and videos of each, the first of both: more cannot be told apart on a page. */
const SHOWN = { classes: 12, videosPerClass: 10 };

const side: z.ZodType<EmbeddingSide> = z.object({
  videos: z.array(z.tuple([z.string(), z.int().nonnegative(), z.number(), z.number()])),
  top1: z.number().min(0).max(100),
  silhouette: z.number().nullable(),
});

export const EMBEDDING: SideKind<EmbeddingRecord> = {
  name: "embedding",
  idOf: ({ specs }) => embeddingId(specs),
  schema: z.object({
    id: z.string(),
    specs: hashed<SpecPair>(),
    hashes: z.object({ weights: z.string(), manifest: z.string() }),
    classes: z.array(z.string()),
    explained: z.tuple([z.number(), z.number()]),
    baseline: side,
    treatment: side,
  }),
};

export function embeddingId({ baseline, treatment }: SpecPair): string {
  return sha256(canonicalJson({ embedding: [runId(baseline), runId(treatment)] }));
}

/** The record of the pair; null where there is none, or where the runs' own records are of other data or weights since. */
export function readEmbedding(store: RecordStore, specs: SpecPair): EmbeddingRecord | null {
  const record = readSide(store, EMBEDDING, embeddingId(specs));
  if (record === null) return null;
  const runs = [specs.baseline, specs.treatment].map(runId).filter((id) => store.has(id));
  const { weights, manifest } = record.hashes;
  const same = runs
    .map((id) => store.read(id).hashes)
    .every((run) => run.weights === weights && run.manifest === manifest);
  return same ? record : null;
}

/**
 * The record of the pair, made where it is not there: both recognisers are trained (or read from the cache), embed the videos
 * that the runs are scored on, and one plane is laid through the videos of both.
 *
 * @throws UserError where data or weights are missing
 */
export async function makeEmbedding(
  store: RecordStore,
  specs: SpecPair,
  context: RunContext = {},
): Promise<EmbeddingRecord> {
  const known = readEmbedding(store, specs);
  if (known) return known;
  const baseline = await embedded(specs.baseline, context);
  const treatment = await embedded(specs.treatment, context);
  const plane = await principalPlane([...baseline.vectors, ...treatment.vectors]);
  const dataset = findDataset(specs.baseline.dataset);
  const count = baseline.samples.length;
  const record: EmbeddingRecord = {
    id: embeddingId(specs),
    specs,
    hashes: { weights: await sha256OfFile(weightsFile(specs.baseline.weights)), manifest: manifestHash(dataset) },
    classes: dataset.classes.slice(0, SHOWN.classes),
    explained: [rounded(plane.explained[0]), rounded(plane.explained[1])],
    baseline: sideOf(baseline, plane.points.slice(0, count)),
    treatment: sideOf(treatment, plane.points.slice(count)),
  };
  writeSide(store, EMBEDDING, record);
  return record;
}

async function embedded(spec: RunSpec, context: RunContext): Promise<EmbeddedVideos> {
  const recognizer = await trainedRecognizer(spec, context);
  try {
    const dataset = findDataset(spec.dataset);
    const { frames, template } = spec;
    const names = spelledClasses(dataset.classes, spec.spelling);
    return await embedVideos(recognizer, videoRoot(dataset), shownVideos(dataset, spec.evaluate), names, {
      frames,
      template,
      ...(context.signal ? { signal: context.signal } : {}),
      onProgress: (done, total) => context.onProgress?.({ phase: "evaluate", done, total }),
    });
  } finally {
    disposeParams(recognizer.params);
  }
}

function shownVideos({ splits }: Dataset, split: RunSpec["evaluate"]): readonly Sample[] {
  const counts = new Map<number, number>();
  return (splits[split] ?? []).filter(({ label }) => {
    const count = counts.get(label) ?? 0;
    counts.set(label, count + 1);
    return label < SHOWN.classes && count < SHOWN.videosPerClass;
  });
}

function sideOf({ samples, vectors }: EmbeddedVideos, places: readonly (readonly [number, number])[]): EmbeddingSide {
  const labels = samples.map(({ label }) => label);
  const width = silhouette(vectors, labels);
  return {
    videos: samples.map(
      ({ path, label }, at) => [path, label, rounded(places[at]![0]), rounded(places[at]![1])] as const,
    ),
    top1: topK(
      vectors.map((cosines, at) => ({ label: labels[at]!, best: topLabels(cosines, 1) })),
      1,
    ),
    silhouette: width === null ? null : rounded(width),
  };
}

/** Four decimals: cosines differ in the third. */
function rounded(value: number): number {
  return Number(value.toFixed(4));
}
