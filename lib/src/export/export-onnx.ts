/** A recogniser as one ONNX file for any runtime: normalised frames in, class scores out. */
import { FREE_SIZES, type FreeAxis, freeAxis, freeShape } from "../engine/compile/free-axis.js";
import { inOrder } from "../engine/compile/graph.js";
import { onnxModel, type Port } from "../engine/compile/onnx.js";
import { optimize } from "../engine/compile/optimize.js";
import { portable } from "../engine/compile/passes/portable.js";
import type { Program } from "../engine/compile/trace.js";
import type { Value } from "../engine/compile/tree.js";
import { messageOf, UserError } from "../errors.js";
import { classesOf, type Recognizer } from "../evaluate/recognizer.js";
import { textValues } from "../features/text.js";
import { writeFileWhole } from "../files.js";
import { toHost } from "../weights/load.js";
import { fileMetadata, packageVersion } from "./metadata.js";
import type { ClassChoice, Exported, ExportOptions } from "./options.js";
import { recordRecognizer } from "./program.js";

/** A protobuf message, which an ONNX file is, holds less than 2 GiB; the graph beside the weights needs a few MB. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 25;

const BATCH: FreeAxis = { input: "pixels", axis: 0, name: "batch" };

/**
 * Writes the recogniser as an ONNX file (opset 17). Inputs: `pixels` float32 [batch, frames, 3, S, S], normalised as the
 * metadata says, and, where the classes are not in the file, `token_ids` int32 [K, L]. Outputs: `logits` float32 [batch, K],
 * and with `maps` one `map_pass<p>_block<b>` [batch, K, S] a visit of the fusion. Weights keep their state-dict names.
 * Throws a UserError for classes that make no sense, for models over 2 GiB, and where the file cannot be written.
 */
export async function exportRecognizer(
  recognizer: Recognizer,
  file: string,
  options: ExportOptions,
): Promise<Exported> {
  const { classes: asked = { labels: classesOf(recognizer) }, batch = "any", maps = false, plain = true } = options;
  const { backbone } = recognizer.config;
  const { frames = backbone.frames ?? recognizer.trained?.frames ?? 8 } = options;
  const classes = "labels" in asked ? { template: recognizer.template, ...asked } : asked;
  checkClasses(classes);
  if (backbone.frames !== null && frames !== backbone.frames) {
    throw new UserError(`${recognizer.weights} is made for ${backbone.frames} frames a video, not ${frames}`);
  }
  const text = "labels" in classes ? await textValues(recognizer, classes.labels, classes.template) : classes;
  const record = (videos: number): Program => {
    const program = recordRecognizer(recognizer, text, { frames, videos, maps });
    return plain ? { ...program, outputs: portable(program.graph, program.outputs) } : optimize(program, {});
  };
  const free = batch === "any";
  const program = record(free ? FREE_SIZES[0] : batch);
  const twin = free ? record(FREE_SIZES[1]) : program;
  const outputs = free ? freeAxis(program, twin, BATCH) : program.outputs;

  const inputPorts = new Map<string, Port>();
  const weights = new Map<string, { name: string; value: Value }>();
  for (const { op, name: path = "", shape } of inOrder([...outputs.values()])) {
    const [branch, name] = path.split("/");
    if (op !== "Input") continue;
    if (branch === "params") weights.set(path, { name: name!, value: await toHost(recognizer.params[name!]!) });
    else if (branch === "text")
      weights.set(path, { name: `text.${name}`, value: (text as Record<string, Value>)[name!]! });
    else
      inputPorts.set(path, {
        name: path,
        shape: path === BATCH.input && free ? [BATCH.name, ...shape.slice(1)] : shape,
      });
  }
  const outputPorts = new Map(
    [...outputs.keys()].map((path): [string, Port] => [
      path,
      { name: path.split("/").at(-1)!, shape: freeShape(program, twin, BATCH, path) },
    ]),
  );
  checkSize(
    [...weights.values()].reduce((sum, { value }) => sum + value.data.byteLength, 0),
    file,
  );
  const bytes = onnxModel(outputs, {
    inputs: inputPorts,
    outputs: outputPorts,
    weights,
    metadata: fileMetadata(recognizer, classes, frames, batch),
    version: packageVersion(),
  });
  write(file, bytes);
  return { file, bytes: bytes.length, inputs: [...inputPorts.values()], outputs: [...outputPorts.values()] };
}

function checkClasses(classes: ClassChoice): void {
  if ("count" in classes) return;
  const { labels } = classes;
  if (labels.length === 0) throw new UserError("no labels given: name at least one class");
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined) throw new UserError(`label "${twice}" is given twice`);
}

/** Throws a UserError where weights of so many bytes do not fit one file. */
export function checkSize(bytes: number, file: string): void {
  if (bytes <= MOST_WEIGHT_BYTES) return;
  throw new UserError(
    `${file}: the model's weights are ${(bytes / 2 ** 30).toFixed(2)} GiB and an ONNX file holds less than 2; ` +
      "give the labels, which leaves the text tower out, or a smaller model",
  );
}

function write(file: string, bytes: Uint8Array): void {
  try {
    writeFileWhole(file, bytes);
  } catch (error) {
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
