/** `vghif weights inspect | convert | list | fetch`. */
import type { Command } from "commander";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  const weights = program.command("weights").description("checkpoints: look into, convert, list, fetch");
  registerInspect(weights);
  registerConvert(weights);
  registerList(weights);
  registerFetch(weights);
};

function registerInspect(weights: Command): void {
  weights
    .command("inspect")
    .argument("<file>", "a checkpoint file of any format, a folder of Hugging Face's, or a name")
    .option("--json", "print JSON, every tensor included")
    .description("format, model, sizes, tensors, and what is missing or unused; exit code 1 where it is no whole model")
    .action(async (name: string, { json = false }: { json?: boolean }) => {
      const { inspectCheckpoint } = await import("../weights/inspect.js");
      const { describeInspection, isWhole } = await import("../weights/describe.js");
      const { weightsFile } = await import("../weights/registry.js");
      const inspection = await inspectCheckpoint(weightsFile(name));
      console.log(json ? JSON.stringify(inspection) : describeInspection(inspection));
      if (!isWhole(inspection)) process.exitCode = 1;
    });
}

function registerConvert(weights: Command): void {
  weights
    .command("convert")
    .argument("<file>", "a checkpoint file of any format, a folder of Hugging Face's, or a name")
    .argument("<out>", "the .safetensors file to write")
    .option("--half", "store 16-bit floats; default: 32-bit")
    .description("write a checkpoint as safetensors, under official names")
    .action(async (name: string, out: string, { half = false }: { half?: boolean }) => {
      const { convertCheckpoint } = await import("../weights/convert.js");
      const { weightsFile } = await import("../weights/registry.js");
      const { progressLine } = await import("./progress-line.js");
      const line = progressLine();
      const onProgress = (done: number, total: number, tensor: string): void => line.show(`${done}/${total} ${tensor}`);
      const count = await convertCheckpoint(weightsFile(name), out, { half, onProgress });
      line.clear();
      console.log(`${out}: ${count} tensors`);
    });
}

function registerList(weights: Command): void {
  weights
    .command("list")
    .option("--json", "print JSON")
    .description("the official checkpoints: model, source, licence, size, and where they are here")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { listCheckpoints } = await import("../weights/fetch.js");
      const { describeListed } = await import("../weights/describe.js");
      const listed = listCheckpoints();
      console.log(json ? JSON.stringify(listed) : listed.map(describeListed).join("\n"));
    });
}

function registerFetch(weights: Command): void {
  weights
    .command("fetch")
    .argument("<name>", "a name of vghif weights list")
    .option("--from <url>", "another address of the same file")
    .option("--json", "print JSON")
    .description("download an official checkpoint, going on with a broken download, and verify it")
    .action(async (name: string, { from, json = false }: { from?: string; json?: boolean }) => {
      const { fetchCheckpoint } = await import("../weights/fetch.js");
      const { describeFetched, megabytes } = await import("../weights/describe.js");
      const { progressLine } = await import("./progress-line.js");
      const line = progressLine();
      const onProgress = (done: number, total: number | null): void =>
        line.show(`${name}: ${megabytes(done)} of ${total === null ? "unknown" : megabytes(total)}`);
      const fetched = await fetchCheckpoint(name, { onProgress, ...(from === undefined ? {} : { from }) });
      line.clear();
      console.log(json ? JSON.stringify(fetched) : describeFetched(fetched));
    });
}
