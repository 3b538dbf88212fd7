/** `vghif sweep submit | status | collect | cancel`: tables' runs on a Slurm cluster, without waiting for them. */
import type { Command } from "commander";
import type { SweepStatus } from "../experiments/slurm/status.js";
import type { SlurmSweep } from "../experiments/slurm/sweep-folder.js";
import type { RecordStore } from "../experiments/store.js";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  const sweep = program.command("sweep").description("runs on a Slurm cluster: submit, look, collect, cancel");
  registerSubmit(sweep);
  registerStatus(sweep);
  registerCollect(sweep);
  registerCancel(sweep);
  registerTask(sweep);
};

function registerSubmit(sweep: Command): void {
  sweep
    .command("submit")
    .argument("[table...]", "tables and ablations; default: all")
    .option("--scale <scale>", "smoke or paper", "smoke")
    .option("--slurm <file>", "partition, time, memory, GPUs and so on; default: slurm.json in the project")
    .description("submit the tables' runs that have no record as one job array, and print the sweep's name")
    .action(async (names: readonly string[], options: { readonly scale: string; readonly slurm?: string }) => {
      const { setOutdatedAside } = await import("../experiments/outdated.js");
      const { prepare } = await import("../experiments/prepare.js");
      const { readSlurmConfig } = await import("../experiments/slurm/config.js");
      const { submitSweep } = await import("../experiments/slurm/submit.js");
      const { taskCount } = await import("../experiments/slurm/sweep-folder.js");
      const { missingSpecs } = await import("../experiments/sweep.js");
      const { tableSpecs } = await import("../experiments/table.js");
      const { findTargets } = await import("../experiments/targets.js");
      const { openStore } = await import("../experiments/store.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { progressOn } = await import("./progress.js");
      const { scaleOf } = await import("./scale.js");
      const scale = scaleOf(options.scale);
      const { tables } = findTargets(names);
      const config = readSlurmConfig(options.slurm);
      const store = openStore();
      const specs = tables.flatMap((table) => tableSpecs(table, scale));
      const outdated = await setOutdatedAside(specs, store);
      if (outdated > 0) console.error(`vghif: ${outdated} records were of other data or weights than those here`);
      const missing = missingSpecs(specs, store);
      const progress = progressOn();
      const made = await untilInterrupted(async (signal) => {
        const onVideo = (name: string, done: number, total: number): void => progress.show(`data ${name}`, done, total);
        await prepare(missing, { signal, onVideo }).finally(() => progress.stop());
        return submitSweep(missing, store, config);
      }, "nothing was submitted");
      if (made === null) return;
      for (const { name } of made.earlier) console.error(`vghif: the sweep ${name} has some of these runs already`);
      if (made.sweep === null) {
        console.error(
          `vghif: nothing to submit: ${made.earlier.length > 0 ? "all are under way" : "every run has a record"}`,
        );
        return;
      }
      const tasks = taskCount(made.sweep);
      console.error(
        `vghif: ${made.sweep.specs.length} runs in ${tasks} ${tasks === 1 ? "task" : "tasks"}; logs in ${made.sweep.folder}`,
      );
      console.log(made.sweep.name);
    });
}

function registerStatus(sweep: Command): void {
  sweep
    .command("status")
    .argument("[sweep]", "its name; default: all")
    .option("--json", "print JSON")
    .description("how many runs of a sweep are recorded, running, waiting, failed or lost")
    .action(async (name: string | undefined, { json = false }: { readonly json?: boolean }) => {
      const { sweepStatus } = await import("../experiments/slurm/status.js");
      const { store, sweeps } = await sweepsNamed(name);
      const statuses = await sweepStatus(sweeps, store);
      if (json) console.log(JSON.stringify(statuses.map(counts), null, 2));
      else for (const status of statuses) console.log(line(status));
      if (statuses.length === 0 && !json) console.error("vghif: there are no sweeps");
    });
}

function registerCollect(sweep: Command): void {
  sweep
    .command("collect")
    .argument("[sweep]", "its name; default: all")
    .description("wait until no task is left, then say what failed; exit code 1 where a run has no record")
    .action(async (name: string | undefined) => {
      const { runId, shortId } = await import("../experiments/id.js");
      const { awaitSweeps } = await import("../experiments/slurm/run.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { progressOn, showSweep } = await import("./progress.js");
      const { store, sweeps } = await sweepsNamed(name);
      const wanted = new Set(sweeps.flatMap(({ specs }) => specs.map(runId)));
      const progress = progressOn();
      const end = await untilInterrupted(
        (signal) =>
          awaitSweeps(sweeps, store, wanted, { signal, onState: (state) => showSweep(progress, state) }).finally(() =>
            progress.stop(),
          ),
        "the tasks go on",
      );
      if (end === null) return;
      for (const { id, label, message } of end.failed)
        console.error(`vghif: run ${shortId(id)} (${label}): ${message}`);
      console.log(`${end.done} of ${end.total} runs recorded in ${store.folder}`);
      if (end.failed.length > 0) {
        console.error("vghif: submit again what has no record, with the same command as before");
        process.exitCode = 1;
      }
    });
}

function registerCancel(sweep: Command): void {
  sweep
    .command("cancel")
    .argument("[sweep]", "its name; default: all")
    .description("end a sweep's tasks; finished runs are kept")
    .action(async (name: string | undefined) => {
      const { cancelSweep } = await import("../experiments/slurm/status.js");
      for (const one of (await sweepsNamed(name)).sweeps) {
        const count = await cancelSweep(one);
        if (count > 0 || name !== undefined)
          console.log(`${one.name}: ${count} ${count === 1 ? "task" : "tasks"} cancelled`);
      }
    });
}

/** What a task of the array calls; not for people. */
function registerTask(sweep: Command): void {
  sweep
    .command("task", { hidden: true })
    .argument("<folder>", "the sweep's folder")
    .argument("<index>", "which task")
    .action(async (folder: string, index: string) => {
      const { openSweep } = await import("../experiments/slurm/sweep-folder.js");
      const { runTask } = await import("../experiments/slurm/task.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { seed: wholeNumber } = await import("./numbers.js");
      const at = wholeNumber("<index>", index);
      const end = await untilInterrupted(
        (signal) => runTask(openSweep(folder), at, { signal, log: (text) => console.log(text) }),
        "finished runs are kept",
      );
      if (end !== null && end.failed.length > 0) process.exitCode = 1;
    });
}

async function sweepsNamed(
  name: string | undefined,
): Promise<{ readonly store: RecordStore; readonly sweeps: readonly SlurmSweep[] }> {
  const { openStore } = await import("../experiments/store.js");
  const { findSweep, sweepNames } = await import("../experiments/slurm/sweep-folder.js");
  const store = openStore();
  const names = name === undefined ? sweepNames(store) : [name];
  return { store, sweeps: names.map((one) => findSweep(one, store)) };
}

function counts({ name, folder, runs, recorded, running, waiting, failed, lost, tasks }: SweepStatus) {
  return {
    ...{ name, folder, runs, recorded, running: running.length, waiting: waiting.length },
    ...{ failed, lost, tasks },
  };
}

function line(status: SweepStatus): string {
  const { name, runs, recorded, running, waiting, failed, lost, tasks } = status;
  const parts = [
    [recorded, "recorded"],
    [running.length, "in running tasks"],
    [waiting.length, "in waiting tasks"],
    [failed.length, "failed"],
    [lost.length, "lost"],
  ] as const;
  const reasons = [...new Set(tasks.filter(({ state }) => state === "PENDING").map(({ reason }) => reason))];
  const why = reasons.length > 0 ? ` (waiting: ${reasons.join(", ")})` : "";
  return `${name}: ${runs} runs: ${parts.flatMap(([count, what]) => (count > 0 ? [`${count} ${what}`] : [])).join(", ")}${why}`;
}
