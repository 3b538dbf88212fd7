/** Runs a model file in another process in which there is nothing but ONNX Runtime. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { onnx } from "onnx-proto";
import { PROJECT_ROOT } from "../shared.js";

export interface Fed {
  readonly type: "float32" | "int32";
  readonly data: Float32Array | Int32Array;
  readonly dims: readonly number[];
}

const SCRIPT = `
const ort = require("onnxruntime-node");
const { readFileSync, writeFileSync } = require("node:fs");
const [model, request, answer] = process.argv.slice(1);
(async () => {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
  const answers = [];
  for (const plain of JSON.parse(readFileSync(request, "utf8"))) {
    const feeds = {};
    for (const [name, { type, data, dims }] of Object.entries(plain)) {
      feeds[name] = new ort.Tensor(type, type === "int32" ? Int32Array.from(data) : Float32Array.from(data), dims);
    }
    const results = Object.entries(await session.run(feeds));
    answers.push(Object.fromEntries(results.map(([name, { data, dims }]) => [name, { data: Array.from(data), dims }])));
  }
  writeFileSync(answer, JSON.stringify(answers));
})();`;

/** The file's outputs by name, for each set of inputs. */
export function runPlain(model: string, ...sets: readonly Readonly<Record<string, Fed>>[]) {
  const [request, answer] = [`${model}.request.json`, `${model}.answer.json`];
  const listed = (_: string, value: unknown): unknown =>
    ArrayBuffer.isView(value) ? [...(value as Float32Array)] : value;
  writeFileSync(request, JSON.stringify(sets, listed));
  const run = spawnSync(process.execPath, ["-e", SCRIPT, model, request, answer], {
    cwd: PROJECT_ROOT,
    encoding: "utf8",
    env: { ...process.env, ORT_DISABLE_TELEMETRY: "1" },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(readFileSync(answer, "utf8")) as Record<string, { data: number[]; dims: number[] }>[];
}

/** What the file says without being run. */
export function readModel(file: string) {
  const model = onnx.ModelProto.decode(readFileSync(file));
  const metadata = Object.fromEntries(model.metadataProps.map(({ key, value }) => [key!, value!]));
  const nodes = model.graph?.node ?? [];
  return {
    metadata,
    opsets: model.opsetImport.map(({ domain }) => domain),
    operators: [...new Set(nodes.map(({ domain, opType }) => `${domain}.${opType}`))],
    weights: (model.graph?.initializer ?? []).map(({ name }) => name!),
    inputs: (model.graph?.input ?? []).map(({ name }) => name!),
  };
}
