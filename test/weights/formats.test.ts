import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { UserError } from "vghif/dist/errors.js";
import { openCheckpoint } from "vghif/dist/weights/checkpoint.js";
import { COMMITTED, type Expected, expectedOf, NO_TORCH, pythonWithTorch, runPython } from "./pytorch.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif formats "));
after(() => rmSync(folder, { recursive: true }));

/** File -> what it holds, and its format. */
const FILES: Readonly<Record<string, readonly ["state" | "script" | "tiny", string]>> = {
  "plain.pt": ["state", "PyTorch zip"],
  "training.pth": ["state", "PyTorch zip"],
  "ddp.pt": ["state", "PyTorch zip"],
  "protocol4.pt": ["state", "PyTorch zip"],
  "big-endian.pt": ["state", "PyTorch zip"],
  "legacy.pt": ["state", "PyTorch legacy pickle"],
  "legacy-training.pth": ["state", "PyTorch legacy pickle"],
  "oldest.tar": ["state", "PyTorch legacy tar"],
  "script.pt": ["script", "TorchScript zip"],
  "tiny.pt": ["tiny", "PyTorch zip"],
  "tiny-legacy.pt": ["tiny", "PyTorch legacy pickle"],
  "tiny.tar": ["tiny", "PyTorch legacy tar"],
};

async function checkFile(file: string, expected: Record<string, Expected>, format: string): Promise<void> {
  const source = await openCheckpoint(file);
  try {
    assert.equal(source.format, format);
    assert.deepEqual([...source.entries.keys()].sort(), Object.keys(expected).sort());
    for (const [name, { shape, values }] of Object.entries(expected)) {
      assert.deepEqual(source.entries.get(name)?.shape, shape, name);
      const tensor = await source.read(name);
      assert.deepEqual(tensor.shape, shape, name);
      assert.deepEqual([...tensor.data], values, name);
    }
  } finally {
    await source.close();
  }
}

async function checkFolder(from: string): Promise<void> {
  const expected = expectedOf(from);
  for (const [file, [kind, format]] of Object.entries(FILES)) {
    await checkFile(path.join(from, file), expected[kind], format);
  }
}

describe("PyTorch checkpoints", () => {
  it("of the repository read as PyTorch reads them: strides, views, shared, empty, every number format", async () => {
    await checkFolder(COMMITTED);
  });

  it("of the PyTorch that is installed read alike", async (t) => {
    const python = pythonWithTorch();
    if (!python) return t.skip(NO_TORCH);
    runPython(python, [path.join(COMMITTED, "make.py"), folder]);
    await checkFolder(folder);
  });

  for (const [file, name] of [
    ["hostile-call.pt", /names "posix\.system"/],
    ["hostile-legacy.pt", /names "posix\.system"/],
    ["hostile-module.pt", /names "torch\.nn\.modules\.linear\.Linear"/],
  ] as const) {
    it(`refuses ${file} by the name in it, and runs nothing`, async () => {
      await assert.rejects(openCheckpoint(path.join(COMMITTED, file)), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, name);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
      assert.ok(!existsSync("hostile-was-here"));
    });
  }

  it("name what lies beside the state dict", async () => {
    const source = await openCheckpoint(path.join(COMMITTED, "training.pth"));
    await source.close();
    const beside = [
      "optimizer",
      "lr_scheduler",
      "max_accuracy",
      "top1",
      "best",
      "epoch",
      "args",
      "config",
      "bytes",
      "set",
    ];
    assert.deepEqual(source.ignored, beside);
  });
});
