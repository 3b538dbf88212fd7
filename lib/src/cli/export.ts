import type { ExportOptions } from "../export/options.js";
import type { Register } from "./main.js";

/** `vghif export MODEL --onnx FILE`: the recogniser as one ONNX file. */
export const register: Register = (program) => {
  program
    .command("export")
    .argument("<model>", "smoke-clip, an official name, or any checkpoint file; its fusion comes along")
    .requiredOption("--onnx <file>", "the file to write")
    .option(
      "--labels <list>",
      "classes in the file: separated by commas, or a file with one a line; default: those it was trained with",
    )
    .option("--classes <count>", "instead of labels: rows of the input token_ids")
    .option("--template <text>", "prompt around a label, {} is the label; default: as the model was trained, else {}")
    .option("--clip-weights <name>", "the CLIP that an official ViFi-CLIP file started from; default: the official one")
    .option("--frames <count>", "frames a video; default: as many as the model is made for, else 8")
    .option("--batch <count>", 'videos a run: a number, or "any"', "any")
    .option("--maps", "the attention of every visit of the fusion as outputs too")
    .option("--no-portable", "ONNX Runtime's own fused operators too: other runtimes cannot read the file")
    .option("--json", "print JSON")
    .description("write a recogniser as an ONNX file: normalised frames in, class scores out")
    .action(async (model: string, options: Options) => {
      const { UsageError } = await import("../errors.js");
      const { exportModel } = await import("../export/export-model.js");
      const { parseLabels } = await import("../evaluate/predict.js");
      const { count } = await import("./numbers.js");
      const { labels, classes, template, clipWeights, frames, batch, maps = false, portable } = options;
      if (labels !== undefined && classes !== undefined) {
        throw new UsageError('give the classes once: either --labels "a,b,c"|FILE, or --classes COUNT');
      }
      if (template !== undefined && labels === undefined) throw new UsageError("--template is for --labels");
      const prompt = template === undefined ? {} : { template };
      const settings: ExportOptions = {
        ...(labels === undefined ? {} : { classes: { labels: parseLabels(labels), ...prompt } }),
        ...(classes === undefined ? {} : { classes: { count: count("--classes", classes) } }),
        ...(frames === undefined ? {} : { frames: count("--frames", frames) }),
        batch: batch === "any" ? ("any" as const) : count("--batch", batch),
        maps,
        plain: portable,
      };
      const done = await exportModel(model, options.onnx, settings, clipWeights === undefined ? {} : { clipWeights });
      if (options.json) {
        console.log(JSON.stringify(done));
        return;
      }
      for (const { name, shape } of done.inputs) console.log(`input  ${name} [${shape.join(", ")}]`);
      for (const { name, shape } of done.outputs) console.log(`output ${name} [${shape.join(", ")}]`);
      console.log(`${done.file}: ${(done.bytes / 1e6).toFixed(1)} MB`);
    });
};

interface Options {
  readonly onnx: string;
  readonly labels?: string;
  readonly classes?: string;
  readonly template?: string;
  readonly clipWeights?: string;
  readonly frames?: string;
  readonly batch: string;
  readonly maps?: boolean;
  readonly portable: boolean;
  readonly json?: boolean;
}
