/** `vghif bench`: this project and PyTorch side by side. */
import type { Register } from "./main.js";

export const register: Register = (program) => {
  program
    .command("bench")
    .option("--rows <names>", "what to measure, comma-separated; default: everything")
    .option("--columns <names>", "eager, cpu, webgpu, cuda, torch, torch-cuda, torch-cuda-bf16; default: what is here")
    .option("--rounds <count>", "how often the columns take turns; default 3")
    .option("--threads <count>", "threads on both sides; default: the cores")
    .option("--limit <seconds>", "a column whose run takes longer is not waited for; default 60")
    .option(
      "--passes <names>",
      "the compiler's passes: a,b only these; -a,-b all but these; none; default: its own choice",
    )
    .option("--quick", "tiny sizes, for the form alone: its times mean nothing")
    .option("--out <folder>", "where bench.json and bench.md go; default: bench/ in the project")
    .description(
      "time models, training steps, video and kernel against PyTorch, in turns; exit code 1 if results differ",
    )
    .action(async (options: BenchFlags) => {
      const { bench, disagreements } = await import("../bench/bench.js");
      const { benchMarkdown } = await import("../bench/markdown.js");
      const { saveBench } = await import("../bench/save.js");
      const { passesOf } = await import("../bench/passes.js");
      const { UserError } = await import("../errors.js");
      const { projectPath } = await import("../project.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { count } = await import("./numbers.js");
      const { progressOn } = await import("./progress.js");
      const list = (text: string): string[] => text.split(",").map((name) => name.trim());
      const progress = progressOn();
      const result = await untilInterrupted(
        (signal) =>
          bench({
            signal,
            quick: options.quick ?? false,
            onProgress: (done, total, note) => progress.show("bench", done, total, note),
            ...(options.rows ? { rows: list(options.rows) } : {}),
            ...(options.columns ? { columns: list(options.columns) } : {}),
            ...(options.rounds ? { rounds: count("--rounds", options.rounds) } : {}),
            ...(options.threads ? { threads: count("--threads", options.threads) } : {}),
            ...(options.limit ? { limitSeconds: count("--limit", options.limit) } : {}),
            ...(options.passes ? { passes: passesOf(list(options.passes)) } : {}),
          }),
        "nothing was written",
      ).finally(() => progress.stop());
      if (!result) return;
      const files = saveBench(result, options.out ?? projectPath("bench"));
      console.log(benchMarkdown(result));
      console.error(`bench: ${files.json} and ${files.markdown}`);
      const [different] = disagreements(result);
      if (different) throw new UserError(`bench: results differ, and are not timed: ${different}`);
    });
};

interface BenchFlags {
  readonly rows?: string;
  readonly columns?: string;
  readonly rounds?: string;
  readonly threads?: string;
  readonly limit?: string;
  readonly passes?: string;
  readonly quick?: boolean;
  readonly out?: string;
}
