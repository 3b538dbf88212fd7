/** A report of made-up accuracies for the tests of the page: a few-shot table of two models, and an ablation with a gap. */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import sharp from "sharp";
import { ablationTokens } from "vghif/dist/experiments/declared/ablation-tokens.js";
import { fewShotTable } from "vghif/dist/experiments/few-shot.js";
import { runId, shortId } from "vghif/dist/experiments/id.js";
import type { PlayedMaps } from "vghif/dist/experiments/report/maps.js";
import { writeReport } from "vghif/dist/experiments/report/write.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { openStore, type RecordStore } from "vghif/dist/experiments/store.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { exampleRecord } from "../experiments/example-runs.js";

/** 2 datasets x K = 2, 4 x 4 rows x 3 seeds: 48 runs, of which those of ucf-like at K = 4 are missing: 36. */
export const FEW_SHOT = fewShotTable({
  id: "example",
  title: "Example",
  models: ["clip", "xclip"],
  datasets: [
    { smoke: "hmdb-like", paper: "hmdb51" },
    { smoke: "ucf-like", paper: "ucf101" },
  ],
  shots: [2, 4],
  seeds: { smoke: [0, 1, 2], paper: [0, 1, 2] },
});

export const TABLES = [FEW_SHOT, ablationTokens];

/** What a few-shot run "reached": X-CLIP less than CLIP, VgHIF more than its baseline on CLIP alone. */
function fewShotTop1({ shots, seed, vghif, model }: RunSpec): number {
  const gain = vghif === null ? 0 : model === "clip" ? 5 + 0.1 * seed : -1 - 0.1 * seed;
  return 40 + shots! + seed + (model === "xclip" ? -7 : 0) + gain;
}

/** Gains of an ablation's choices; `all` has no run. */
const GAINS: Readonly<Record<string, number>> = { cls: 3, patch: -4, "cls+patch": 2 };

export interface ExampleReport {
  /** Path of index.html. */
  readonly file: string;
  readonly store: RecordStore;
  /** The run that has the maps: CLIP + VgHIF, hmdb-like, K = 8, seed 0. */
  readonly mapped: RunSpec;
}

/** 36 + 40 records of the tables, and one of a choice that no table declares: heads 2 on hmdb-like. */
export async function exampleReport(folder: string): Promise<ExampleReport> {
  const store = openStore(path.join(folder, "records"));
  for (const spec of tableSpecs(FEW_SHOT, "smoke")) {
    if (spec.dataset === "ucf-like" && spec.shots === 4) continue;
    store.write(exampleRecord(spec, fewShotTop1(spec)));
  }
  const ablation = tableSpecs(ablationTokens, "smoke");
  for (const spec of ablation) {
    const gain = spec.vghif === null ? 0 : GAINS[spec.vghif.select];
    if (gain !== undefined) store.write(exampleRecord(spec, 60 + spec.seed + (gain * (10 + spec.seed)) / 10));
  }
  const mapped = ablation.find(
    ({ vghif, seed, dataset }) => isDefault(vghif) && seed === 0 && dataset === "hmdb-like",
  )!;
  store.write(exampleRecord({ ...mapped, vghif: { ...mapped.vghif!, heads: 2 } }, 61));
  const report = path.join(folder, "report");
  mkdirSync(path.join(report, "pictures"), { recursive: true });
  writeFileSync(
    path.join(report, "pictures", "a-drawing-of-mine.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="40"><rect width="900" height="40"/></svg>',
  );
  mkdirSync(path.join(report, "maps"));
  const maps = await exampleMaps(mapped);
  writeFileSync(path.join(report, "maps", `made-up-run-${shortId(maps.run)}.json`), JSON.stringify(maps));
  return { file: await writeReport(TABLES, "smoke", store, report), store, mapped };
}

function isDefault(vghif: RunSpec["vghif"]): boolean {
  return vghif?.select === "cls+patch";
}

/** Six grey frames, the later the brighter, of which the model saw three; two levels x two passes, one bright patch each. */
async function exampleMaps(spec: RunSpec): Promise<PlayedMaps> {
  const frames = await Promise.all(
    Array.from({ length: 6 }, async (_, at) => {
      const background = { r: 40 * at, g: 40 * at, b: 40 * at };
      const grey = sharp({ create: { width: 32, height: 32, channels: 3, background } });
      return `data:image/jpeg;base64,${(await grey.jpeg().toBuffer()).toString("base64")}`;
    }),
  );
  const visits = [0, 1].flatMap((pass) =>
    [2, 4].map((block) => {
      const patches = new Uint8Array(9);
      patches[block + pass] = 255;
      return {
        pass,
        block,
        grid: 3,
        frames: [0.1, 0.2, 0.05],
        most: 0.4,
        maps: [Buffer.from(patches).toString("base64")],
      };
    }),
  );
  const finished = "2026-01-01T00:00:00.000Z";
  return { run: runId(spec), finished, label: "waving", size: 32, seen: 3, frames, visits };
}
