import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { TOKEN_TABLE } from "vghif/dist/weights/model.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { PROJECT_ROOT } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { assertHolds, BACKBONES, loaded, seeded, TEXT, VISION, write } from "./backbones.js";
import { SIZES, tensorsOf } from "./huggingface.js";
import { officialVificlip } from "./vificlip-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif backbone "));
after(() => rmSync(folder, { recursive: true }));

describe("an official ViFi-CLIP file", () => {
  const clip = tensorsOf(clipShapes(SIZES));
  const prompted = tensorsOf(BACKBONES.vificlip.shapes);

  before(() => startEngine());

  it("loads with the token table of the CLIP that is named, plain or with prompts", async () => {
    const tokenTable = await write(folder, "clip-of-it", clip);
    const plain = await write(folder, "plain", officialVificlip(clip));
    const found = await loaded(plain, { tokenTable });
    assert.equal(found.backbone.family, "vificlip");
    assert.equal(found.values.size, clip.size);
    assertHolds(found.values, clip);

    const whole = await loaded(await write(folder, "with-prompts", officialVificlip(prompted)), { tokenTable });
    assert.deepEqual(whole.backbone.config, BACKBONES.vificlip.config);
    assertHolds(whole.values, new Map([...prompted, [TOKEN_TABLE, clip.get(TOKEN_TABLE)!]]));

    const table = clip.get(TOKEN_TABLE)!;
    const shifted: HostTensor = { ...table, data: Float32Array.from(table.data, (x) => x + 1) };
    const other = await loaded(plain, {
      tokenTable: await write(folder, "other", new Map([...clip, [TOKEN_TABLE, shifted]])),
    });
    assert.notEqual(other.id, found.id, "the table is part of the parameters");
    assert.notEqual(other.towerIds.text, found.towerIds.text);
    assert.equal(other.towerIds.visual, found.towerIds.visual);
  });

  it("without prompts is a CLIP that prompts can be learned on", async () => {
    const tokenTable = await write(folder, "table", clip);
    const request = { family: "vificlip", visionPrompts: VISION, textPrompts: TEXT, tokenTable } as const;
    const found = await loaded(await write(folder, "to-prompt", officialVificlip(clip)), { ...request, ...seeded(3) });
    assert.deepEqual(found.backbone.config, BACKBONES.vificlip.config);
    assertHolds(found.values, clip);
    assert.equal(found.values.get("prompt_learner.ctx")!.length, 3 * SIZES.textWidth);
  });

  it("says where the table comes from: a named CLIP, or the official one of its sizes", async () => {
    const weights = path.join(folder, "weights");
    mkdirSync(weights);
    process.env.VGHIF_WEIGHTS = weights;
    const small = await write(folder, "small", officialVificlip(clip));
    await assert.rejects(
      loadBackbone(small),
      /sizes are none of the official ones: give that CLIP's checkpoint \(--clip-w/,
    );
    const xclip = await write(folder, "no-table", new Map([...clip].filter(([name]) => name !== TOKEN_TABLE)));
    await assert.rejects(
      loadBackbone(small, { tokenTable: xclip }),
      /no-table.* lacks "token_embedding\.weight", .*small/,
    );
    const wide: HostTensor = { dtype: "F32", shape: [3, 7], data: new Float32Array(21) };
    const wrong = await write(folder, "wide", new Map([...clip, [TOKEN_TABLE, wide]]));
    await assert.rejects(loadBackbone(small, { tokenTable: wrong }), /of shape \[3,7\], .* needs rows of 20/);

    const zeros = (...shape: number[]): HostTensor => {
      const size = shape.reduce((a, b) => a * b);
      return { dtype: "F32", shape, data: new Float32Array(size) };
    };
    const large = await write(
      folder,
      "large",
      new Map([
        ["image_encoder.conv1.weight", zeros(768, 3, 16, 16)],
        ["text_encoder.ln_final.weight", zeros(512)],
      ]),
    );
    await assert.rejects(loadBackbone(large), /vghif weights fetch clip-vit-b-16, or give/);
    await writeSafetensors(path.join(weights, "clip-vit-b-16.safetensors"), new Map([[TOKEN_TABLE, zeros(3, 512)]]));
    await assert.rejects(
      loadBackbone(large),
      /large\.safetensors: not a CLIP .*"visual\.positional_embedding" is missing/,
    );
  });

  it("classifies as the CLIP of the same numbers does, the table from --clip-weights", async () => {
    const tensors = tensorsOf(clipShapes(TINY_CLIP));
    const [file, theirs] = [
      await write(folder, "tiny", tensors),
      await write(folder, "tiny-vifi", officialVificlip(tensors)),
    ];
    const video = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
    const [clipAnswer, answer] = [
      await predict(video, "walking,sitting,jumping", { weights: file, frames: 2 }),
      await predict(video, "walking,sitting,jumping", { weights: theirs, clipWeights: file, frames: 2 }),
    ];
    for (const [at, { label, probability }] of answer.top.entries()) {
      assert.equal(label, clipAnswer.top[at]!.label);
      assert.ok(Math.abs(probability - clipAnswer.top[at]!.probability) < 1e-5);
    }
  });
});
