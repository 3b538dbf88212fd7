import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { type ClipConfig, clipShapes } from "vghif/dist/models/clip-config.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { PROJECT_ROOT } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { NO_TORCH, pythonWithTorch, runPython } from "./pytorch.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif memory "));
after(() => rmSync(folder, { recursive: true }));

/** Opens a checkpoint in a process of its own and reads these tensors; returns its peak memory, bytes. */
function peakOf(file: string | null, read: "none" | "small" | "all"): number {
  const program = `
    const { openCheckpoint } = require("vghif/dist/weights/checkpoint.js");
    (async () => {
      const kept = [];
      if (process.argv[1]) {
        const source = await openCheckpoint(process.argv[1]);
        const names = { none: [], small: ["small"], all: [...source.entries.keys()] }[process.argv[2]];
        for (const name of names) kept.push(await source.read(name));
        await source.close();
      }
      console.log(process.resourceUsage().maxRSS * 1024, kept.length);
    })();`;
  const args = ["-e", program, ...(file ? [file, read] : [])];
  return Number(execFileSync(process.execPath, args, { cwd: PROJECT_ROOT, encoding: "utf8" }).split(" ")[0]);
}

function check(file: string): void {
  const { size } = statSync(file);
  const empty = peakOf(null, "none");
  assert.ok(peakOf(file, "small") - empty < 0.15 * size, "one small tensor costs memory as if more were read");
  assert.ok(peakOf(file, "all") - empty < 1.3 * size, "all tensors cost more than they are");
}

/** Opens a checkpoint in a process of its own, or only starts the engine there, and says its peak memory, bytes. */
function peakOfBackbone(file: string | null): number {
  const program = `
    const { startEngine } = require("vghif/dist/engine/index.js");
    const { loadBackbone } = require("vghif/dist/weights/load-backbone.js");
    (async () => {
      await startEngine();
      globalThis.kept = process.argv[1] && (await loadBackbone(process.argv[1]));
      console.log(process.resourceUsage().maxRSS * 1024);
    })();`;
  const args = ["-e", program, ...(file ? [file] : [])];
  const env = { ...process.env, VGHIF_THREADS: "1" };
  return Number(execFileSync(process.execPath, args, { cwd: PROJECT_ROOT, encoding: "utf8", env }));
}

const TENSORS = 12;
const LENGTH = 2_000_000;

describe("memory", () => {
  it("of a safetensors file is that of what is read", async () => {
    const tensors = new Map<string, HostTensor>([["small", { dtype: "F32", shape: [1], data: new Float32Array(1) }]]);
    for (let at = 0; at < TENSORS; at++) {
      tensors.set(`t${at}`, { dtype: "F32", shape: [LENGTH], data: new Float32Array(LENGTH).fill(at) });
    }
    const file = path.join(folder, "big.safetensors");
    await writeSafetensors(file, tensors);
    check(file);
  });

  it("of PyTorch's archives, new and old, is that of what is read", (t) => {
    const python = pythonWithTorch();
    if (!python) return t.skip(NO_TORCH);
    const script = path.join(folder, "big.py");
    writeFileSync(
      script,
      [
        "import sys, torch",
        `state = {f't{i}': torch.full((${LENGTH},), float(i)) for i in range(${TENSORS})}`,
        "state['small'] = torch.zeros(1)",
        "torch.save(state, sys.argv[1])",
        "torch.save(state, sys.argv[2], _use_new_zipfile_serialization=False)",
      ].join("\n"),
    );
    const files = ["big.pt", "big-legacy.pt"].map((name) => path.join(folder, name));
    runPython(python, [script, ...files]);
    for (const file of files) check(file);
  });

  it("of a loaded backbone is under 1.3 times its file: no array is kept beside its tensor", async () => {
    const clip: ClipConfig = { ...TINY_CLIP, visionLayers: 12, visionWidth: 384, visionHeads: 6, textWidth: 256 };
    const tensors = new Map<string, HostTensor>();
    for (const [name, shape] of clipShapes(clip)) {
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(0.01);
      tensors.set(name, { dtype: "F32", shape, data });
    }
    const file = path.join(folder, "clip.safetensors");
    await writeSafetensors(file, tensors);
    const { size } = statSync(file);
    assert.ok(size > 1.3e8, `${size} bytes`);
    const cost = (peakOfBackbone(file) - peakOfBackbone(null)) / size;
    assert.ok(cost < 1.3, `${cost.toFixed(2)} times its size`);
  });
});
