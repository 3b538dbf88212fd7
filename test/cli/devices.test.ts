import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import type { BackendReport } from "vghif/dist/engine/index.js";
import { PROJECT_ROOT } from "../shared.js";

/** The environment without a wish, and without any Vulkan driver. */
const environment = { ...process.env, VK_DRIVER_FILES: "/nowhere", VK_ICD_FILENAMES: "/nowhere", VGHIF_BACKEND: "" };

const devices = (...options: string[]): string =>
  execFileSync(process.execPath, [path.join(PROJECT_ROOT, "lib", "bin", "vghif.js"), "devices", ...options], {
    env: environment,
    encoding: "utf8",
  });

test("vghif devices lists every backend, what is chosen, and why not the others", () => {
  const { chosen, backends } = JSON.parse(devices("--json")) as { chosen: string; backends: BackendReport[] };
  assert.deepEqual(
    backends.map(({ backend }) => backend),
    ["node-gpu", "node", "onnx-cuda", "onnx-webgpu", "onnx", "wasm", "cpu"],
  );
  const byName = new Map(backends.map((report) => [report.backend, report]));
  for (const { info, automatic, reason } of backends) {
    assert.equal(automatic, reason === null);
    if (!info) assert.ok(reason);
  }
  assert.equal(byName.get("onnx-webgpu")!.info, null);
  assert.match(byName.get("onnx-webgpu")!.reason!, /Vulkan|no webgpu/);
  assert.equal(chosen, backends.find(({ automatic }) => automatic)!.backend);
  assert.equal(byName.get("wasm")!.info!.backend, "wasm");
});

test("vghif devices marks one line as chosen", () => {
  const lines = devices().trimEnd().split("\n");
  assert.equal(lines.length, 8);
  assert.equal(lines.filter((line) => line.endsWith("<- chosen")).length, 1);
});
