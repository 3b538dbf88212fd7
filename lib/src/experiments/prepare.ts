/** What runs need before they start: generated data is made, anything else that is absent is named in one line. */
import { existsSync } from "node:fs";
import path from "node:path";
import { GENERATED } from "../data/generated/datasets.js";
import { generateDataset } from "../data/generated/generate.js";
import { dataFolder, findDataset } from "../data/manifest-find.js";
import { videosFolder } from "../data/prepare/locate.js";
import { withoutSplit } from "../data/split-name.js";
import { messageOf, UserError } from "../errors.js";
import { weightsFile } from "../weights/registry.js";
import type { RunSpec } from "./spec.js";

/** What of a run must be there before it starts. */
export type Needs = Pick<RunSpec, "dataset" | "weights">;

export interface PrepareOptions {
  /** Worker processes that make videos. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onVideo?: (dataset: string, done: number, total: number) => void;
}

/** Where the owners of the real datasets distribute their videos. */
const OWNERS: Readonly<Record<string, string>> = {
  hmdb51: "https://serre-lab.clps.brown.edu/resource/hmdb-a-large-human-motion-database",
  ucf101: "https://www.crcv.ucf.edu/research/data-sets/ucf101",
};

/**
 * Makes the generated datasets of the specs (videos that are there are kept) and checks that all other data and all
 * weights are there.
 *
 * @throws UserError in one line: everything that is missing, and how to get it
 */
export async function prepare(specs: readonly Needs[], options: PrepareOptions = {}): Promise<void> {
  const { jobs, signal, onVideo } = options;
  const missing = missingFor(specs);
  if (missing.length > 0) throw new UserError(`not all that these runs need is here: ${missing.join("; ")}`);
  for (const name of datasetsOf(specs).filter(isGenerated)) {
    await generateDataset(name, path.join(dataFolder(), name), {
      ...(jobs === undefined ? {} : { jobs }),
      ...(signal === undefined ? {} : { signal }),
      onProgress: (done, total) => onVideo?.(name, done, total),
    });
  }
}

/** What the specs need and `prepare` cannot make, a line each: what, and how to get it. */
export function missingFor(specs: readonly Needs[]): readonly string[] {
  return [
    ...datasetsOf(specs)
      .filter((name) => !isGenerated(name))
      .flatMap(missingDataset),
    ...[...new Set(specs.map(({ weights }) => weights))].flatMap(missingWeights),
  ];
}

function datasetsOf(specs: readonly Needs[]): readonly string[] {
  return [...new Set(specs.map(({ dataset }) => dataset))];
}

function isGenerated(name: string): boolean {
  return GENERATED.some((declared) => declared.name === name);
}

function missingDataset(name: string): readonly string[] {
  const owner = OWNERS[withoutSplit(name)];
  try {
    const root = videosFolder(findDataset(name));
    return existsSync(root)
      ? []
      : [`the videos of "${name}" are not at ${root}${owner ? `: get them from ${owner}` : ""}`];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const make = `vghif data prepare ${withoutSplit(name)} --root FOLDER`;
    return [owner ? `dataset "${name}": get its videos and lists from ${owner}, then: ${make}` : messageOf(error)];
  }
}

function missingWeights(name: string): readonly string[] {
  try {
    const file = weightsFile(name);
    return existsSync(file) ? [] : [`the weights "${name}" are not at ${file}`];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [messageOf(error)];
  }
}
