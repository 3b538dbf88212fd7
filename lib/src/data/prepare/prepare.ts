/** `vghif data prepare`: finds a dataset's videos below a folder, reads each once, reports, and writes the index. */
import { realpathSync } from "node:fs";
import { sampleLists } from "../manifest.js";
import { datasetRoot } from "../manifest-find.js";
import type { Dataset, SplitName } from "../types.js";
import { FactLog } from "./fact-log.js";
import { type Facts, type FoundVideo, kindOf, sourceAt } from "./found.js";
import { type IndexEntry, writeIndex } from "./index-file.js";
import { listsOf } from "./lists.js";
import { type Match, matchVideos, type Wanted } from "./match.js";
import { probeAll } from "./probe-pool.js";
import { type Broken, duplicatesAmong, type PrepareReport, reportOf } from "./report.js";
import { type Scan, scanVideos } from "./scan.js";

export interface PrepareOptions {
  /** Where the videos are. Default: the dataset's own root. */
  readonly root?: string;
  /** Where the official lists are. Default: below the root, else below the data folder. */
  readonly lists?: string;
  /** Decodes every frame, so that the index has frame counts and damaged videos are found. Default false: the first frame. */
  readonly deep?: boolean;
  /** Worker processes. Default: the number of cores, at most 8. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (what: "searching" | "reading", done: number, total: number) => void;
}

const UNREAD: Facts = { hash: null, frames: null, error: null, damage: null };

/**
 * Prepares a dataset by name or by its manifest's folder; `hmdb51` and `ucf101` mean all three official splits. What an earlier run, also
 * a killed one, has read of unchanged files is used again. On abort the index holds what is known so far.
 *
 * @throws UserError for an unknown name, no lists, a root that is no folder, or a data folder that cannot be written
 */
export async function prepareVideos(name: string, options: PrepareOptions = {}): Promise<PrepareReport> {
  const started = performance.now();
  const { deep = false, signal, onProgress } = options;
  const { datasets, notes, warnings } = await listsOf(name, options.root, options.lists, signal);
  const scan = await scanVideos(options.root ?? datasetRoot(datasets[0]!), {
    ...(signal ? { signal } : {}),
    onProgress: (found) => onProgress?.("searching", found, 0),
  });
  const wanted = wantedOf(datasets);
  const match = matchVideos(wanted, scan.videos, datasets[0]!.classes);

  const root = realpathSync(scan.root);
  const log = FactLog.open(root);
  const facts = new Map<FoundVideo, Facts>();
  const unread: FoundVideo[] = [];
  for (const video of match.videos.values()) {
    const known = log.get(video);
    if (known) facts.set(video, known);
    if (!known || (deep && known.frames === null && known.error === null)) unread.push(video);
  }
  const write = (complete: boolean): Map<string, IndexEntry> => writeIndexes(datasets, scan, match, facts, complete);
  if (unread.length > 0) write(false);
  try {
    let done = 0;
    await probeAll(
      unread,
      (video) => ({ source: sourceAt(root, video.source, video.bytes), deep, hash: facts.get(video)?.hash ?? null }),
      (video, learned) => {
        log.add(video, learned);
        facts.set(video, learned);
        onProgress?.("reading", ++done, unread.length);
      },
      { ...(options.jobs === undefined ? {} : { jobs: options.jobs }), ...(signal ? { signal } : {}) },
    );
  } catch (error) {
    log.close();
    write(false);
    throw error;
  }
  log.close();
  const entries = write(true);
  return summarise(datasets, scan, match, wanted, entries, {
    notes,
    warnings,
    probed: unread.length,
    known: match.videos.size - unread.length,
    seconds: (performance.now() - started) / 1000,
  });
}

/** The samples of all datasets, each path once. */
function wantedOf(datasets: readonly Dataset[]): Wanted[] {
  const byPath = new Map<string, { path: string; className: string; splits: Set<SplitName> }>();
  for (const dataset of datasets) {
    for (const [split, samples] of sampleLists(dataset)) {
      for (const { path, label } of samples) {
        const known = byPath.get(path);
        if (known) known.splits.add(split);
        else byPath.set(path, { path, className: dataset.classes[label] ?? "", splits: new Set([split]) });
      }
    }
  }
  return [...byPath.values()];
}

/** Writes each dataset's index; returns the entries of all together. */
function writeIndexes(
  datasets: readonly Dataset[],
  scan: Scan,
  match: Match,
  facts: ReadonlyMap<FoundVideo, Facts>,
  complete: boolean,
): Map<string, IndexEntry> {
  const all = new Map<string, IndexEntry>();
  for (const dataset of datasets) {
    const entries = new Map<string, IndexEntry>();
    for (const { path } of sampleLists(dataset).flatMap(([, samples]) => samples)) {
      const video = match.videos.get(path);
      if (!video) continue;
      const { source, bytes, mtime } = video;
      const entry = { path, source, bytes, mtime, ...(facts.get(video) ?? UNREAD) };
      entries.set(path, entry);
      all.set(path, entry);
    }
    writeIndex({ dataset: dataset.name, root: scan.root, complete, entries });
  }
  return all;
}

function summarise(
  datasets: readonly Dataset[],
  scan: Scan,
  match: Match,
  wanted: readonly Wanted[],
  entries: ReadonlyMap<string, IndexEntry>,
  rest: Pick<PrepareReport, "notes" | "warnings" | "probed" | "known" | "seconds">,
): PrepareReport {
  const kinds = { file: 0, tar: 0, frames: 0 };
  for (const { source } of match.videos.values()) kinds[kindOf(source)]++;
  const duplicates = duplicatesAmong(entries.values());
  const brokenBy = (reasonOf: (entry: IndexEntry) => string | null): Broken[] =>
    [...entries.values()].flatMap((entry) => {
      const reason = reasonOf(entry);
      return reason === null ? [] : [{ path: entry.path, video: match.videos.get(entry.path)!.path, reason }];
    });
  return {
    root: scan.root,
    datasets: datasets.map((dataset) => reportOf(dataset, entries, duplicates)),
    listed: wanted.length,
    found: match.videos.size,
    kinds,
    missing: wanted.filter(({ path }) => !match.videos.has(path)).map(({ path }) => path),
    extra: match.extra.map(({ video, reason }) => ({ path: video.path, reason })),
    corrupt: brokenBy(({ error }) => error),
    damaged: brokenBy(({ damage }) => damage),
    duplicates,
    problems: scan.problems,
    ...rest,
  };
}
