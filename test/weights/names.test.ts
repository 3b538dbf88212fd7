import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { xclipConfig, xclipShapes } from "vghif/dist/models/xclip-config.js";
import { openCheckpoint } from "vghif/dist/weights/checkpoint.js";
import { sha256 } from "vghif/dist/weights/load.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { SIZES, type Tensors, tensorsOf, toHuggingFace } from "./huggingface.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif names "));
after(() => rmSync(folder, { recursive: true }));

async function assertOpensAs(file: string, expected: Tensors): Promise<Awaited<ReturnType<typeof openCheckpoint>>> {
  const source = await openCheckpoint(file);
  assert.deepEqual([...source.entries.keys()].sort(), [...expected.keys()].sort());
  for (const [name, tensor] of expected) assert.deepEqual(await source.read(name), tensor, name);
  await source.close();
  return source;
}

const clip = tensorsOf(clipShapes(SIZES));

describe("names of other projects", () => {
  it("of Hugging Face's CLIPModel become official, q, k and v in one matrix, index tables left out", async () => {
    const theirs = toHuggingFace(clip, "CLIPModel");
    theirs.set("text_model.embeddings.position_ids", { dtype: "I32", shape: [1, 2], data: Int32Array.of(0, 1) });
    const file = path.join(folder, "hf.safetensors");
    await writeSafetensors(file, theirs);
    const source = await assertOpensAs(file, clip);
    assert.deepEqual(source.dropped, ["text_model.embeddings.position_ids"]);
    assert.equal(source.convention, "Hugging Face");
  });

  it("of Hugging Face's XCLIPModel become official", async () => {
    const xclip = tensorsOf(xclipShapes(xclipConfig(SIZES, 5)));
    const file = path.join(folder, "hf-xclip.safetensors");
    await writeSafetensors(file, toHuggingFace(xclip, "XCLIPModel"));
    await assertOpensAs(file, xclip);
  });

  it("of ViFi-CLIP become CLIP's, its prompts' buffers left out", async () => {
    const theirs: Tensors = new Map();
    const expected: Tensors = new Map();
    for (const [name, tensor] of clip) {
      if (name === "token_embedding.weight") continue;
      expected.set(name, tensor);
      if (name === "logit_scale") theirs.set(`module.${name}`, tensor);
      else
        theirs.set(
          `module.${name.startsWith("visual.") ? name.replace("visual", "image_encoder") : `text_encoder.${name}`}`,
          tensor,
        );
    }
    theirs.set("module.prompt_learner.complete_text_embeddings", {
      dtype: "F32",
      shape: [1],
      data: Float32Array.of(1),
    });
    const file = path.join(folder, "vifi.safetensors");
    await writeSafetensors(file, theirs);
    const source = await assertOpensAs(file, expected);
    assert.ok(source.vifiClip);
    assert.deepEqual(source.dropped, ["module.prompt_learner.complete_text_embeddings"]);
  });

  it("lose a wrapper's prefix where every tensor has it, and only there", async () => {
    const one: HostTensor = { dtype: "F32", shape: [1], data: Float32Array.of(1) };
    const file = path.join(folder, "wrapped.safetensors");
    await writeSafetensors(
      file,
      new Map([
        ["module._orig_mod.a", one],
        ["module._orig_mod.b", one],
      ]),
    );
    await assertOpensAs(
      file,
      new Map([
        ["a", one],
        ["b", one],
      ]),
    );
    await writeSafetensors(
      file,
      new Map([
        ["module.a", one],
        ["b", one],
      ]),
    );
    await assertOpensAs(
      file,
      new Map([
        ["module.a", one],
        ["b", one],
      ]),
    );
  });
});

describe("a folder of Hugging Face's", () => {
  const theirs = toHuggingFace(clip, "CLIPModel");
  const names = [...theirs.keys()];
  const where = (name: string): string =>
    names.indexOf(name) % 2 === 0 ? "model-1.safetensors" : "model-2.safetensors";

  async function write(
    config: object,
    index: Record<string, string> = Object.fromEntries(names.map((name) => [name, where(name)])),
  ) {
    const dir = mkdtempSync(path.join(folder, "hf "));
    for (const shard of ["model-1.safetensors", "model-2.safetensors"]) {
      await writeSafetensors(path.join(dir, shard), new Map([...theirs].filter(([name]) => where(name) === shard)));
    }
    writeFileSync(path.join(dir, "model.safetensors.index.json"), JSON.stringify({ metadata: {}, weight_map: index }));
    writeFileSync(path.join(dir, "config.json"), JSON.stringify(config));
    return dir;
  }
  const vision = {
    num_hidden_layers: 3,
    hidden_size: 24,
    num_attention_heads: 1,
    hidden_act: "quick_gelu",
    layer_norm_eps: 1e-5,
  };
  const text = { num_hidden_layers: 2, hidden_size: 20, num_attention_heads: 1, hidden_act: "quick_gelu" };

  it("opens in shards, and its hash is of the shards", async () => {
    const dir = await write({ vision_config: vision, text_config: text });
    const source = await assertOpensAs(dir, clip);
    assert.equal(source.format, "safetensors, sharded");
    const before = await sha256(dir);
    assert.equal(await sha256(path.join(dir, "model.safetensors.index.json")), before);
    const other = new Map([...theirs].filter(([name]) => where(name) === "model-2.safetensors"));
    other.set(names[1]!, {
      ...other.get(names[1]!)!,
      data: other.get(names[1]!)!.data.map((value) => value + 1) as Float32Array,
    });
    await writeSafetensors(path.join(dir, "model-2.safetensors"), other);
    assert.notEqual(await sha256(dir), before);
  });

  const wrong: readonly (readonly [string, object, RegExp])[] = [
    [
      "another activation",
      { vision_config: { ...vision, hidden_act: "gelu" } },
      /vision_config\.hidden_act is "gelu", .* quick_gelu/,
    ],
    [
      "another number of layers",
      { text_config: { ...text, num_hidden_layers: 3 } },
      /text_config\.num_hidden_layers is 3, .* 2/,
    ],
    ["other heads", { vision_config: { ...vision, num_attention_heads: 3 } }, /num_attention_heads is 3, .* 1/],
    ["another epsilon", { vision_config: { ...vision, layer_norm_eps: 1e-6 } }, /layer_norm_eps is 0.000001/],
  ];
  for (const [what, config, message] of wrong) {
    it(`is refused where config.json says ${what}`, async () => {
      await assert.rejects(openCheckpoint(await write(config)), message);
    });
  }

  it("is refused where the index is wrong, incomplete or reaches elsewhere", async () => {
    const good = Object.fromEntries(names.map((name) => [name, where(name)]));
    const [first, second] = names as [string, string];
    await assert.rejects(openCheckpoint(await write({}, { ...good, [first]: where(second) })), /is not in model-2/);
    const { [first]: _, ...less } = good;
    await assert.rejects(openCheckpoint(await write({}, less)), /is not in the index/);
    await assert.rejects(
      openCheckpoint(await write({}, { ...good, [first]: "../other.safetensors" })),
      /file "..\/other/,
    );
    await assert.rejects(openCheckpoint(await write({}, { ...good, extra: "none.safetensors" })), /cannot open/);
  });

  it("is refused where it holds no checkpoint", async () => {
    const dir = path.join(folder, "nothing here");
    mkdirSync(dir);
    await assert.rejects(openCheckpoint(dir), /holds none of model\.safetensors/);
  });
});
