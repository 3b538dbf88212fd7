import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type ClipConfig, clipShapes } from "vghif/dist/models/clip-config.js";
import { xclipConfig, xclipShapes } from "vghif/dist/models/xclip-config.js";
import { convertCheckpoint } from "vghif/dist/weights/convert.js";
import { describeInspection, isWhole } from "vghif/dist/weights/describe.js";
import { inspectCheckpoint } from "vghif/dist/weights/inspect.js";
import { checkShapes, disposeParams, loadClip } from "vghif/dist/weights/load.js";
import { loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { type HostTensor, readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { absent, sharedDir } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { COMMITTED, NO_TORCH, pythonWithTorch, runPython } from "./pytorch.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif load "));
after(() => rmSync(folder, { recursive: true }));

const SIZES: ClipConfig = { ...TINY_CLIP, vocabSize: 61 };

function tensorsOf(shapes: ReadonlyMap<string, readonly number[]>): Map<string, HostTensor> {
  return new Map(
    [...shapes].map(([name, shape], index) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [
        name,
        { dtype: "F32", shape, data: Float32Array.from({ length: size }, (_, at) => Math.sin(index + at)) },
      ];
    }),
  );
}

async function write(name: string, tensors: Map<string, HostTensor>, metadata = {}): Promise<string> {
  const file = path.join(folder, name);
  await writeSafetensors(file, tensors, { metadata });
  return file;
}

describe("inspect", () => {
  it("tells format, model, sizes, and that nothing is missing", async () => {
    const found = await inspectCheckpoint(await write("whole.safetensors", tensorsOf(clipShapes(SIZES))));
    assert.ok(isWhole(found));
    assert.equal(found.family, "CLIP");
    assert.deepEqual(found.config, { ...SIZES });
    assert.equal(found.tensors.length, clipShapes(SIZES).size);
    assert.match(describeInspection(found), /nothing missing, nothing unused/);
  });

  it("knows the official sizes by their shapes", async () => {
    // The header alone decides: a tensor file of the right shapes would have 600 MB.
    const { describeModel } = await import("vghif/dist/weights/model.js");
    const { CLIP_SIZES } = await import("vghif/dist/models/clip-config.js");
    for (const [size, config] of Object.entries(CLIP_SIZES)) {
      assert.equal(describeModel(clipShapes(config), {})?.size, size);
      const xclip = describeModel(xclipShapes(xclipConfig(config, 16)), {});
      assert.deepEqual([xclip?.family, xclip?.size, xclip?.backbone.frames], ["xclip", size, 16]);
    }
  });

  it("names what is missing, unused and misshapen, without line breaks or colours of a file's own", async () => {
    const tensors = tensorsOf(clipShapes(SIZES));
    tensors.delete("visual.ln_post.bias");
    tensors.set("evil\n\x1b[31mname", tensors.get("logit_scale")!);
    tensors.set("ln_final.bias", tensors.get("visual.ln_pre.bias")!);
    const found = await inspectCheckpoint(await write("partial.safetensors", tensors));
    assert.ok(!isWhole(found));
    assert.deepEqual(found.missing, ["visual.ln_post.bias"]);
    assert.deepEqual(found.unused, ["evil\n\x1b[31mname"]);
    assert.deepEqual(found.misshapen, [{ name: "ln_final.bias", found: [24], expected: [20], advice: null }]);
    const text = describeInspection(found);
    assert.match(text, /^missing {5}1: visual\.ln_post\.bias$/m);
    assert.match(text, /^unused {6}1: evil\?\?\[31mname$/m);
    assert.match(text, /^misshapen {3}ln_final\.bias \[24\], expected \[20\]$/m);
  });

  it("says so where no model is known, and where a name claims more layers than there are tensors", async () => {
    const found = await inspectCheckpoint(path.join(COMMITTED, "plain.pt"));
    assert.equal(found.family, null);
    assert.ok(!isWhole(found));
    const tensors = tensorsOf(clipShapes(SIZES));
    tensors.set("visual.transformer.resblocks.999999999.ln_1.bias", tensors.get("logit_scale")!);
    await assert.rejects(inspectCheckpoint(await write("layers.safetensors", tensors)), /names layer 999999999/);
  });

  it("recognises the reference checkpoints of all families, whole", async (t) => {
    const dir = sharedDir("goldens");
    if (!dir) return t.skip(absent("goldens"));
    const cases = {
      "clip-a": "CLIP",
      "xclip-b": "X-CLIP",
      "vificlip-a": "ViFi-CLIP",
      "vificlip-prompt-a": "ViFi-CLIP",
    };
    for (const [name, family] of Object.entries(cases)) {
      const found = await inspectCheckpoint(path.join(dir, name, "weights.safetensors"));
      assert.equal(found.family, family, name);
      assert.ok(isWhole(found), name);
    }
  });
});

describe("loading", () => {
  it("names missing, extra and misshapen tensors, the first few and how many", () => {
    const expected = new Map<string, number[]>(Array.from({ length: 9 }, (_, at) => [`t${at}`, [2]]));
    assert.throws(
      () => checkShapes("f", new Map(), expected),
      /^UserError: f: missing tensors: t0, t1, t2, t3, t4 and 4 more$/,
    );
    const more = new Map([...expected, ["u", [1]]]);
    assert.throws(() => checkShapes("f", more, expected), /f: tensors that this model does not have: u$/);
    const other = new Map([...expected, ["t3", [3]]]);
    assert.throws(() => checkShapes("f", other, expected), /tensor "t3" has shape \[3\], expected \[2\]$/);
  });

  it("says what to do with an X-CLIP of another number of frames", async () => {
    const shapes = xclipShapes(xclipConfig(SIZES, 32));
    const wanted = xclipShapes(xclipConfig(SIZES, 8));
    assert.throws(
      () => checkShapes("f", shapes, wanted),
      /"mit\.positional_embedding" .*made for 32 frames: ask for 32/,
    );
    const file = await write("xclip.safetensors", tensorsOf(shapes));
    await assert.rejects(
      loadBackbone(file, { frames: 8 }),
      /"mit\.positional_embedding" .* 32 frames, not 8: ask for 32 frames/,
    );
    const { backbone, params } = await loadBackbone(file, { frames: 32 });
    assert.deepEqual([backbone.family, backbone.frames, Object.keys(params).length], ["xclip", 32, shapes.size]);
    disposeParams(params);
  });
});

describe("convert", () => {
  const tensors = tensorsOf(clipShapes(SIZES));

  it("writes what it read, in 32 or 16 bits, metadata and all", async () => {
    const file = await write("from.safetensors", tensors, { note: "kept" });
    const out = path.join(folder, "to.safetensors");
    assert.equal(await convertCheckpoint(file, out), tensors.size);
    assert.deepEqual(await readSafetensors(out), tensors);
    const found = await inspectCheckpoint(out);
    assert.deepEqual(found.metadata, { format: "pt", note: "kept" });
    await convertCheckpoint(out, path.join(folder, "half.safetensors"), { half: true });
    const half = await inspectCheckpoint(path.join(folder, "half.safetensors"));
    assert.deepEqual(half.dtypes, { F16: tensors.size });
    assert.ok(statSync(half.file).size < 0.6 * found.bytes);
    await assert.rejects(convertCheckpoint(out, out), /is the checkpoint itself/);
    await assert.rejects(convertCheckpoint(out, path.join(folder, "x.pt")), /must end in \.safetensors/);
  });

  it("of PyTorch's archive loads as the same CLIP", async (t) => {
    const python = pythonWithTorch();
    if (!python) return t.skip(NO_TORCH);
    await startEngine();
    const script = path.join(folder, "save.py");
    writeFileSync(
      script,
      [
        "import json, sys, torch",
        "shapes = json.load(open(sys.argv[1]))",
        "state = {name: (torch.arange(max(1, int(torch.tensor(shape).prod()))) % 7 - 2.5).reshape(shape).half() for name, shape in shapes}",
        "state['input_resolution'] = torch.tensor(32)",
        "torch.save({'model': {'module.' + name: tensor for name, tensor in state.items()}, 'epoch': 3}, sys.argv[2])",
      ].join("\n"),
    );
    const [list, saved] = [path.join(folder, "shapes.json"), path.join(folder, "saved.pth")];
    writeFileSync(list, JSON.stringify([...clipShapes(SIZES)]));
    runPython(python, [script, list, saved]);
    const { config, params } = await loadClip(saved);
    assert.deepEqual(config, SIZES);
    assert.deepEqual(
      [...params["ln_final.bias"]!.dataSync()].slice(0, 8),
      [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 3.5, -2.5],
    );
    disposeParams(params);
    const out = path.join(folder, "converted.safetensors");
    await convertCheckpoint(saved, out);
    const again = await inspectCheckpoint(out);
    assert.ok(isWhole(again));
  });
});
