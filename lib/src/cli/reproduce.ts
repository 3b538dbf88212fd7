import type { Scale } from "../experiments/spec.js";
import type { RecordStore } from "../experiments/store.js";
import type { Table } from "../experiments/table.js";
import { type DatasetTexts, partsOn, targetsOn, withDatasetOptions } from "./dataset-options.js";
import type { Register } from "./main.js";

/** `vghif reproduce [TABLE|FIGURE ...]`: the main job, from data to report. */
export const register: Register = (program) => {
  withDatasetOptions(program.command("reproduce"))
    .argument("[name...]", "tables, ablations and figures; default: all")
    .option("--scale <scale>", "smoke (generated data, small model) or paper (official data and weights)", "smoke")
    .option("--jobs <count>", "worker processes; default: the number of cores")
    .option("--engine <engine>", "local (worker processes here) or slurm (a job array on a cluster)", "local")
    .option("--slurm <file>", "partition, time, memory, GPUs and so on; default: slurm.json in the project")
    .option("--notebooks", "execute the notebooks too")
    .option(
      "--out <folder>",
      "where the report goes; default: report/ in the project, report/on-NAME for --dataset NAME",
    )
    .option("--json", "print the tables' numbers as JSON")
    .option("--dry-run", "print every run with its estimated cost, and what is missing; run nothing")
    .option("--teraflops <speed>", "sustained speed of a GPU that the estimate is for, in TFLOP/s; default 30")
    .description("make data, train and evaluate what has no record, write the report, print the tables")
    .action(async (names: readonly string[], options: ReproduceOptions) => {
      const { openStore } = await import("../experiments/store.js");
      const { findTargets } = await import("../experiments/targets.js");
      const { writeReport } = await import("../experiments/report/write.js");
      const { drawFigures, runCostTable } = await import("./figures.js");
      const { scaleOf } = await import("./scale.js");
      const { jobsOf, printTables, runTables, slurmOf } = await import("./run-tables.js");
      const on = await targetsOn(names, options);
      const { tables, figures, cost } = on ? { ...on, cost: false } : findTargets(names);
      const out = options.out ?? on?.folder;
      const scale = scaleOf(options.scale);
      const store = openStore();
      const slurm = await slurmOf(options.engine, options.slurm);
      if (options.dryRun) {
        const { printPlan } = await import("./dry-run.js");
        await printPlan(tables, scale, store, options);
        return;
      }
      const results = await runTables(tables, scale, store, jobsOf(options.jobs), slurm);
      if (results === null) return;
      const costs = cost ? await runCostTable(store) : null;
      if (cost && costs === null) return;
      if (!(await drawFigures(figures, on?.named ?? names, scale, store, out))) return;
      if (scale === "smoke" && !(await drawMaps(tables, scale, store, out))) return;
      if (options.notebooks) {
        const { runNotebooks } = await import("./run-notebooks.js");
        if (!(await runNotebooks())) return;
      }
      const parts = on ? partsOn(on, scale) : undefined;
      console.error(`report: ${await writeReport(tables, scale, store, out, parts, results)}`);
      await printTables(results, options.json ?? false, costs);
    });
};

interface ReproduceOptions extends DatasetTexts {
  readonly scale: string;
  readonly jobs?: string;
  readonly engine: string;
  readonly slurm?: string;
  readonly notebooks?: boolean;
  readonly out?: string;
  readonly json?: boolean;
  readonly dryRun?: boolean;
  readonly teraflops?: string;
}

/** Grounding maps for the report; returns false where it was interrupted. */
async function drawMaps(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  out: string | undefined,
): Promise<boolean> {
  const { drawGrounding } = await import("../experiments/report/grounding.js");
  const { progressOn } = await import("./progress.js");
  const { untilInterrupted } = await import("./interrupt.js");
  const progress = progressOn();
  const drawn = await untilInterrupted(async (signal) => {
    for (const [index, table] of tables.entries()) {
      progress.show("grounding maps", index, tables.length, table.id);
      await drawGrounding(table, scale, store, { signal }, out);
    }
    progress.show("grounding maps", tables.length, tables.length);
    return true;
  }, "run the same command again to go on").finally(() => progress.stop());
  return drawn !== null;
}
