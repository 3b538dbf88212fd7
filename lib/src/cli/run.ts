import type { Register } from "./main.js";

/** `vghif run SPEC.json`: one run; prints its record's path. */
export const register: Register = (program) => {
  program
    .command("run")
    .argument("<spec>", "a run's spec as JSON")
    .description("compute one run and print the path of its record; a record that is there is kept")
    .action(async (file: string) => {
      const { executeRun, runLabel } = await import("../experiments/execute.js");
      const { readSpec } = await import("../experiments/parse-spec.js");
      const { prepare } = await import("../experiments/prepare.js");
      const { openStore } = await import("../experiments/store.js");
      const { progressOn } = await import("./progress.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const spec = await readSpec(file);
      const progress = progressOn();
      const path = await untilInterrupted(async (signal) => {
        await prepare([spec], { signal, onVideo: (name, done, total) => progress.show(`data ${name}`, done, total) });
        return executeRun(spec, openStore(), {
          signal,
          onProgress: ({ phase, done, total, note }) => progress.show(phase, done, total, note ?? runLabel(spec)),
        }).finally(() => progress.stop());
      }, "nothing is kept of this run");
      if (path !== null) console.log(path);
    });
};
