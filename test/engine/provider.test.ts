/** GPU providers that are absent or broken: what is said, and that the process lives on. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { cudaProviderFile, nvidiaModels } from "vghif/dist/engine/device-files.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { probe } from "vghif/dist/engine/provider-probe.js";

const folder = mkdtempSync(path.join(os.tmpdir(), "vghif provider "));
const environment = { ...process.env };
after(() => rmSync(folder, { recursive: true }));

/** The environment of a machine whose Vulkan loader finds no driver. */
const NO_DRIVER = { VK_DRIVER_FILES: path.join(folder, "none"), VK_ICD_FILENAMES: path.join(folder, "none") };

before(() => writeFileSync(path.join(folder, "abort.cjs"), "process.abort();"));
beforeEach(() => {
  for (const name of [...Object.keys(NO_DRIVER), "NODE_OPTIONS"]) {
    if (environment[name] === undefined) delete process.env[name];
    else process.env[name] = environment[name];
  }
});

test("no driver: webgpu is not there, in one line with what to install", async () => {
  Object.assign(process.env, NO_DRIVER);
  const result = await probe("webgpu");
  assert.equal(result.works, false);
  await assert.rejects(startEngine("onnx-webgpu"), {
    name: "UserError",
    message: /^backend "onnx-webgpu" is not there: .*(Vulkan|no webgpu).*install.*docs\/gpu\.md\)$/,
  });
  assert.equal((await startEngine("onnx")).backend, "onnx");
});

test("a driver that ends its process ends the probe alone", async () => {
  // The quotes keep a path with spaces in one piece.
  process.env.NODE_OPTIONS = `--require "${path.join(folder, "abort.cjs")}"`;
  assert.deepEqual(await probe("webgpu"), { works: false, reason: "its driver ended a test process (SIGABRT)" });
});

test("cuda without its library says which one is missing", async (t) => {
  if (cudaProviderFile()) return t.skip(`${cudaProviderFile()} is there`);
  const missing =
    /"onnx-cuda" is not there: (libonnxruntime_providers_cuda\.so is not in|onnxruntime-node has no cuda)/;
  await assert.rejects(startEngine("onnx-cuda"), { name: "UserError", message: missing });
});

test("names of NVIDIA's GPUs, each once", () => {
  const root = path.join(folder, "gpus");
  for (const [bus, model] of [
    ["01", "NVIDIA A100-SXM4-40GB"],
    ["02", "NVIDIA A100-SXM4-40GB"],
    ["03", "NVIDIA T4"],
  ]) {
    mkdirSync(path.join(root, bus!), { recursive: true });
    writeFileSync(path.join(root, bus!, "information"), `Model: \t\t ${model}\nIRQ:   \t\t 42\n`);
  }
  mkdirSync(path.join(root, "04"));
  assert.deepEqual(nvidiaModels(root), ["NVIDIA A100-SXM4-40GB", "NVIDIA T4"]);
  assert.deepEqual(nvidiaModels(path.join(folder, "nowhere")), []);
});
