/** What `vghif reproduce --dry-run` prints: every run with its estimated cost, then totals and what is missing. */
import { UsageError } from "../errors.js";
import type { Plan, PlannedRun } from "../experiments/plan/plan.js";
import type { Scale } from "../experiments/spec.js";
import type { RecordStore } from "../experiments/store.js";
import type { Table } from "../experiments/table.js";

export interface DryRunOptions {
  /** TFLOP/s. */
  readonly teraflops?: string;
  readonly json?: boolean;
}

/** Prints the plan of the tables' runs; a run that several tables share stands under the first. */
export async function printPlan(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  { teraflops, json }: DryRunOptions,
): Promise<void> {
  const { planRuns } = await import("../experiments/plan/plan.js");
  const { tableSpecs } = await import("../experiments/table.js");
  const { runId, shortId } = await import("../experiments/id.js");
  const { viewsText } = await import("../data/frames/views.js");
  const { variationText } = await import("../experiments/variation-text.js");
  const speed = teraflops === undefined ? undefined : Number(teraflops);
  if (speed !== undefined && !(speed > 0)) {
    throw new UsageError(`--teraflops must be a number above 0, received "${teraflops}"`);
  }
  const plan = planRuns(
    tables.flatMap((table) => tableSpecs(table, scale)),
    store,
    speed,
  );
  if (json) {
    console.log(JSON.stringify(plan, null, 1));
    return;
  }
  const byId = new Map(plan.runs.map((run) => [run.id, run]));
  for (const table of tables) {
    const own = tableSpecs(table, scale).map(runId);
    const runs = own.flatMap((id) => byId.get(id) ?? []);
    console.log(
      `${table.id}: ${table.title} (scale ${scale}): ${runs.length} runs${runs.length < own.length ? `, ${own.length - runs.length} more stand above` : ""}`,
    );
    for (const run of runs) {
      const about = line(run, viewsText(run.spec.views, run.spec.seed), variationText(run.spec.train));
      console.log(`  ${shortId(run.id)} · ${about}`);
      byId.delete(run.id);
    }
  }
  for (const text of totals(plan)) console.log(text);
}

function line(
  { label, recorded, videos, petaflops, gpuHours }: PlannedRun,
  views: string,
  variation: string | null,
): string {
  const size = videos
    ? `${videos.train} videos trained on, ${videos.scored} scored in ${views === "1x1" ? "one view" : `views ${views}`}`
    : "size of the data not known";
  const cost =
    petaflops === null || gpuHours === null
      ? "cost not known"
      : `${rounded(petaflops)} PFLOP, ${rounded(gpuHours)} GPU h`;
  return [label, size, ...(variation ? [variation] : []), cost, ...(recorded ? ["has a record"] : [])].join(" · ");
}

function totals({ runs, gpuHours, teraflops, disk, missing }: Plan): readonly string[] {
  const open = runs.filter(({ recorded }) => !recorded);
  const unknown = open.filter((run) => run.gpuHours === null).length;
  const videos = Object.entries(disk.videos).map(
    ([name, size]) => `${name} ${size === null ? "not known" : `${size} GB`}`,
  );
  return [
    "",
    `${open.length} runs to do of ${runs.length}: about ${rounded(gpuHours)} GPU hours at ${teraflops} TFLOP/s sustained (an assumption: --teraflops)${unknown > 0 ? `; ${unknown} runs of unknown cost are not in it` : ""}`,
    `disk: videos ${videos.join(", ") || "none"}; checkpoints of a run at most ${rounded(disk.checkpoints)} GB`,
    ...(missing.length === 0 ? ["nothing is missing"] : ["missing:", ...missing.map((text) => `  ${text}`)]),
  ];
}

/** Three digits that mean something. */
function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
