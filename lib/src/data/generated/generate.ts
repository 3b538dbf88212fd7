/** Writes a generated dataset: its video files and the same manifest that a real dataset has. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import path from "node:path";
import { writeFileWhole } from "../../files.js";
import { SPLITS, type StoredDataset, writeDataset } from "../manifest.js";
import type { Sample, SplitName } from "../types.js";
import {
  GENERATED,
  type GeneratedDataset,
  generatedDataset,
  VIDEO_SIZE,
  type VideoPlan,
  videoPlans,
} from "./datasets.js";
import { makeScene, renderScene } from "./scene.js";
import { workThrough } from "./work-through.js";

export interface GenerateOptions {
  /** Names the whole draw; the manifests that ship with the project are those of the default, 0. */
  readonly seed?: number;
  /** Worker processes; default 2. */
  readonly jobs?: number;
  /** Called after each video, and once at the start with those that were there already. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Writes the manifest and no video: what `data-manifests` holds. Default false. */
  readonly manifestsOnly?: boolean;
  /** Stops the workers; videos that are done stay. */
  readonly signal?: AbortSignal;
}

/** Says of which draw and drawing the videos of a folder are. */
const STAMP = "generated.json";

/**
 * Makes a dataset, by name or as declared, in a folder, which becomes both its manifest's and its videos' folder. Complete videos that are
 * there are kept, so that a killed run goes on where it was; where the seed or the drawing has changed, all are made
 * again. The manifest comes last: a folder that has one is complete.
 * @throws UserError for an unknown name, or where the folder cannot be written or FFmpeg fails
 */
export async function generateDataset(
  which: string | GeneratedDataset,
  folder: string,
  options: GenerateOptions = {},
): Promise<StoredDataset> {
  const { seed = 0, jobs = 2, onProgress, signal } = options;
  const declared = typeof which === "string" ? generatedDataset(which) : which;
  const { name } = declared;
  const dataset = generatedManifest(declared, seed);
  if (options.manifestsOnly === true) {
    writeDataset(folder, dataset);
    return dataset;
  }
  const plans = videoPlans(declared, seed);
  mkdirSync(folder, { recursive: true });
  const stamp = `${JSON.stringify({ name, seed, drawing: fingerprint(declared, plans) }, null, 2)}\n`;
  const stampFile = path.join(folder, STAMP);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") !== stamp) {
    rmSync(path.join(folder, "dataset.json"), { force: true });
    for (const split of SPLITS) rmSync(path.join(folder, split), { recursive: true, force: true });
  }
  writeFileWhole(stampFile, stamp);

  const missing = plans.filter((plan) => !isThere(path.join(folder, plan.path)));
  let done = plans.length - missing.length;
  onProgress?.(done, plans.length);
  const tasks = missing.map((plan) => ({ folder, plan, difficulty: declared.difficulty }));
  await workThrough(tasks, jobs, () => onProgress?.(++done, plans.length), signal);
  writeDataset(folder, dataset);
  return dataset;
}

/**
 * Makes one generated dataset, or with the name `all` each of them, at `<parent>/<name>`.
 * @returns the datasets' folders
 */
export async function generateDatasets(
  name: string,
  parent: string,
  options: Omit<GenerateOptions, "onProgress"> & {
    readonly onProgress?: (name: string, done: number, total: number) => void;
  } = {},
): Promise<string[]> {
  const { onProgress, ...rest } = options;
  const names = name === "all" ? GENERATED.map((dataset) => dataset.name) : [generatedDataset(name).name];
  for (const one of names) {
    const report = (done: number, total: number): void => onProgress?.(one, done, total);
    await generateDataset(one, path.join(parent, one), { ...rest, onProgress: report });
  }
  return names.map((one) => path.join(parent, one));
}

/** The manifest of a generated dataset, without its videos. */
export function generatedManifest(declared: GeneratedDataset, seed: number): StoredDataset {
  const { name, title, classes, videos } = declared;
  const splits: Partial<Record<SplitName, Sample[]>> = {};
  for (const plan of videoPlans(declared, seed)) {
    const split = splits[plan.split] ?? [];
    split.push({ path: plan.path, label: plan.label, group: plan.group });
    splits[plan.split] = split;
  }
  return {
    name,
    title,
    kind: "generated",
    source: `drawn by the project: vghif data new-generated ${name} --seed ${seed}`,
    licence: "CC0-1.0",
    notes:
      `${classes.length} classes, each with ${videos.train} train, ${videos.val} val and ${videos.test} test videos; ` +
      `${VIDEO_SIZE.width} x ${VIDEO_SIZE.height} pixels, H.264 and MPEG-4, 1 to 2 s; seed ${seed}.`,
    classes: classes.map((script) => script.name),
    splits,
  };
}

/** A hash over every plan and the pictures of some: it changes with anything that changes a video's frames. */
function fingerprint(declared: GeneratedDataset, plans: readonly VideoPlan[]): string {
  const hash = createHash("sha256").update(JSON.stringify([declared, plans, VIDEO_SIZE]));
  for (let at = 0; at < plans.length; at += 37) {
    const plan = plans[at]!;
    hash.update(renderScene(makeScene(plan.script, declared.difficulty, plan.key), 0.5, { width: 28, height: 21 }));
  }
  return hash.digest("hex");
}

function isThere(file: string): boolean {
  const found = statSync(file, { throwIfNoEntry: false });
  return found?.isFile() === true && found.size > 0;
}
