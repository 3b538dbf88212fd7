import type { Register } from "./main.js";

/** `vghif report [TABLE ...]`: writes report/index.html from the records there are; runs nothing. */
export const register: Register = (program) => {
  program
    .command("report")
    .argument("[table...]", "tables; default: all")
    .option("--scale <scale>", "smoke or paper", "smoke")
    .option("--out <folder>", "where index.html goes; default: report/ in the project")
    .description("write the report's page from the records there are")
    .action(async (names: readonly string[], options: ReportOptions) => {
      const { openStore } = await import("../experiments/store.js");
      const { findTables } = await import("../experiments/tables.js");
      const { writeReport } = await import("../experiments/report/write.js");
      const { scaleOf } = await import("./scale.js");
      console.log(await writeReport(findTables(names), scaleOf(options.scale), openStore(), options.out));
    });
};

interface ReportOptions {
  readonly scale: string;
  readonly out?: string;
}
