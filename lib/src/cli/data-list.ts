/** `vghif data list`. */
import type { Command } from "commander";

export function registerList(data: Command): void {
  data
    .command("list")
    .option("--json", "print JSON")
    .description("the known datasets, their sizes, and where their videos are")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { describeDatasets } = await import("../data/manifest-list.js");
      const datasets = describeDatasets();
      if (json) console.log(JSON.stringify(datasets));
      else {
        for (const { name, kind, classes, train, val, test, root, here } of datasets) {
          const videos = `${train} train, ${val} val, ${test} test`;
          console.log(`${name}  (${kind}; ${classes} classes; ${videos})  ${here ? root : `not here: ${root}`}`);
        }
      }
    });
}
