/** Entry of a measuring process: `worker-main.js TASK.json`, or `... inputs WORK.json WEIGHTS INPUTS`. */
import { readFileSync, writeFileSync } from "node:fs";
import { startEngine } from "../engine/index.js";
import { messageOf } from "../errors.js";
import { peakBytes } from "../peak-memory.js";
import { projectPath } from "../project.js";
import { writeSafetensors } from "../weights/safetensors.js";
import { forwardJob, type Way } from "./forward.js";
import { writeInputs } from "./inputs.js";
import { type Job, measure, type Timing } from "./job.js";
import { decodeJob, kernelJob } from "./media.js";
import { BACKENDS, type Report, type Task, type Work } from "./task.js";
import { trainJob } from "./train-step.js";

/** A line on stdout tells the starting process that things go on. */
const tell = (what: string): void => void process.stdout.write(`${what}\n`);

async function jobOf(task: Task): Promise<Job> {
  const { work } = task;
  if (work.kind === "decode") return decodeJob(work);
  if (work.kind === "kernel") return kernelJob(projectPath("notebooks"));
  await startEngine(BACKENDS[task.column]);
  const way = wayOf(task);
  return work.kind === "head" || work.kind === "finetune" ? trainJob(work, task, way) : forwardJob(work, task, way);
}

function wayOf({ column, passes }: Task): Way {
  if (column === "eager") return "eager";
  return passes ? { passes } : {};
}

async function perform(task: Task): Promise<void> {
  const job = await jobOf(task);
  const setupSeconds = performance.now() / 1e3;
  tell("ready");
  let timing: Timing = { seconds: [], baseline: [] };
  if (task.mode === "check") await writeSafetensors(task.outputs, await job.check(() => tell("run")));
  else timing = await measure(job, task, () => tell("run"));
  const report: Report = { ...timing, peakBytes: job.peakBytes?.() ?? peakBytes(), setupSeconds };
  writeFileSync(task.report, JSON.stringify(report));
}

async function main([first = "", ...rest]: readonly string[]): Promise<void> {
  const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
  if (first === "inputs") {
    const [work, weights, inputs] = rest as [string, string, string];
    await writeInputs(readJson(work) as Work, weights, inputs);
  } else await perform(readJson(first) as Task);
}

main(process.argv.slice(2)).then(
  // Threads of the backends would keep the process alive.
  () => process.exit(0),
  (error: unknown) => {
    console.error(messageOf(error));
    process.exit(1);
  },
);
