import { type DatasetTexts, partsOn, targetsOn, withDatasetOptions } from "./dataset-options.js";
import type { Register } from "./main.js";

/** `vghif report [NAME ...]`: writes report/index.html from the records there are; runs nothing. */
export const register: Register = (program) => {
  withDatasetOptions(program.command("report"))
    .argument("[name...]", "tables, ablations and figures; default: all")
    .option("--scale <scale>", "smoke or paper", "smoke")
    .option(
      "--out <folder>",
      "where index.html goes; default: report/ in the project, report/on-NAME for --dataset NAME",
    )
    .description("write the report's page from the records there are")
    .action(async (names: readonly string[], options: ReportOptions) => {
      const { openStore } = await import("../experiments/store.js");
      const { findTargets } = await import("../experiments/targets.js");
      const { writeReport } = await import("../experiments/report/write.js");
      const { scaleOf } = await import("./scale.js");
      const scale = scaleOf(options.scale);
      const on = await targetsOn(names, options);
      if (on) {
        console.log(await writeReport(on.tables, scale, openStore(), options.out ?? on.folder, partsOn(on, scale)));
        return;
      }
      const { tables, figures, cost } = findTargets(names);
      const parts = { cost, figures: figures.map(({ id }) => id) };
      console.log(await writeReport(tables, scale, openStore(), options.out, parts));
    });
};

interface ReportOptions extends DatasetTexts {
  readonly scale: string;
  readonly out?: string;
}
