import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { FAMILIES, type FamilyName } from "vghif/dist/models/families.js";
import { NO_PROMPTS } from "vghif/dist/models/vificlip-config.js";
import { disposeParams, sha256 } from "vghif/dist/weights/load.js";
import { type BackboneRequest, type LoadedBackbone, loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { TOKEN_TABLE } from "vghif/dist/weights/model.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { PROJECT_ROOT } from "../shared.js";
import { numbers } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { SIZES, type Tensors, tensorsOf } from "./huggingface.js";
import { officialVificlip } from "./vificlip-file.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif backbone "));
after(() => rmSync(folder, { recursive: true }));

const FRAMES = 5;
const VISION = { length: 2, depth: 3 };
const TEXT = { length: 3, depth: 2 };
const BACKBONES = {
  clip: FAMILIES.clip.onClip(SIZES),
  xclip: FAMILIES.xclip.onClip(SIZES, { frames: FRAMES }),
  vificlip: FAMILIES.vificlip.onClip(SIZES, { frames: FRAMES, visionPrompts: VISION, textPrompts: TEXT }),
  actionclip: FAMILIES.actionclip.onClip(SIZES),
} as const satisfies Record<FamilyName, VideoTextBackbone>;

async function write(name: string, tensors: Tensors): Promise<string> {
  const file = path.join(folder, `${name}.safetensors`);
  await writeSafetensors(file, tensors);
  return file;
}

/** Loads, frees the parameters, keeps their numbers. */
async function loaded(file: string, request?: BackboneRequest) {
  const { backbone, params, id, towerIds }: LoadedBackbone = await loadBackbone(file, request);
  const values = new Map(Object.entries(params).map(([name, value]) => [name, numbers(value)]));
  disposeParams(params);
  return { backbone, values, id, towerIds };
}

function assertHolds(values: ReadonlyMap<string, number[]>, tensors: Tensors): void {
  for (const [name, { data }] of tensors) assert.deepEqual(values.get(name), Array.from(data), name);
}

const seeded = (seed: number): Pick<BackboneRequest, "draws" | "drawsKey"> => ({
  draws: (name) => random(seed).fork(name),
  drawsKey: String(seed),
});

describe("a backbone's checkpoint", () => {
  before(() => startEngine());

  for (const [family, backbone] of Object.entries(BACKBONES)) {
    it(`of ${backbone.family} is told from its tensors, and named by its hash`, async () => {
      const tensors = tensorsOf(backbone.shapes);
      const file = await write(family, tensors);
      const found = await loaded(file);
      assert.equal(found.backbone.family, family);
      assert.deepEqual(found.backbone.config, backbone.config);
      assert.equal(found.values.size, tensors.size);
      assertHolds(found.values, tensors);
      assert.equal(found.id, await sha256(file));
      assert.deepEqual(found.towerIds, { visual: found.id, text: found.id });
    });
  }

  it("of CLIP becomes X-CLIP with drawn modules: their values and the id follow the seed", async () => {
    const tensors = tensorsOf(clipShapes(SIZES));
    const file = await write("from-clip", tensors);
    const request = { family: "xclip", frames: FRAMES } as const;
    const [one, same, other] = [
      await loaded(file, { ...request, ...seeded(7) }),
      await loaded(file, { ...request, ...seeded(7) }),
      await loaded(file, { ...request, ...seeded(8) }),
    ];
    assert.equal(one.backbone.frames, FRAMES);
    assert.deepEqual([...one.values.keys()].sort(), [...BACKBONES.xclip.shapes.keys()].sort());
    assertHolds(one.values, tensors);
    assert.deepEqual(same.values, one.values);
    const drawn = "visual.transformer.resblocks.1.message_fc.weight";
    assert.notDeepEqual(other.values.get(drawn), one.values.get(drawn));
    assert.deepEqual(new Set(one.values.get("prompts_generator.alpha")), new Set([Math.fround(0.1)]));
    assert.equal(same.id, one.id);
    assert.equal(new Set([one.id, other.id, await sha256(file)]).size, 3);
    const longer = await loaded(file, { ...request, frames: 7, ...seeded(7) });
    assert.notEqual(longer.id, one.id, "other shapes are other parameters");
    const plain = await loaded(file, { family: "vificlip", ...seeded(7) });
    assert.equal(plain.id, await sha256(file), "nothing is drawn");
  });

  it("has what is drawn in the id of the tower whose tokens it takes part in alone", async () => {
    const file = await write("towers", tensorsOf(clipShapes(SIZES)));
    const cases: [request: BackboneRequest, seedDecides: { visual: boolean; text: boolean }][] = [
      [
        { family: "xclip", frames: FRAMES },
        { visual: true, text: false },
      ], // messages between frames
      [{ family: "actionclip" }, { visual: false, text: false }], // its transformer stands after the towers
      [
        { family: "vificlip", visionPrompts: VISION },
        { visual: true, text: false },
      ],
      [
        { family: "vificlip", textPrompts: TEXT },
        { visual: false, text: true },
      ],
      [{ family: "vificlip" }, { visual: false, text: false }],
    ];
    const ids = new Set<string>();
    for (const [request, decides] of cases) {
      const [one, other] = [7, 8].map((seed) => loaded(file, { ...request, ...seeded(seed) }));
      const [a, b] = [(await one!).towerIds, (await other!).towerIds];
      assert.deepEqual({ visual: a.visual !== b.visual, text: a.text !== b.text }, decides, JSON.stringify(request));
      for (const id of [a.visual, b.visual]) ids.add(id);
    }
    // X-CLIP's two, ActionCLIP's, two with vision prompts, one with text prompts; a plain ViFi-CLIP is the file itself.
    assert.equal(ids.size, 7);
    assert.ok(ids.has(await sha256(file)));
  });

  it("of CLIP is no X-CLIP without training", async () => {
    const file = await write("untrained", tensorsOf(clipShapes(SIZES)));
    await assert.rejects(
      loadBackbone(file, { family: "xclip" }),
      /untrained.* is a CLIP checkpoint: X-CLIP has \d+ more tensors, which must be trained first/,
    );
  });

  it("of one family is refused as another, with both names", async () => {
    const file = await write("is-xclip", tensorsOf(BACKBONES.xclip.shapes));
    await assert.rejects(
      loadBackbone(file, { family: "vificlip", ...seeded(1) }),
      /is-xclip.* holds X-CLIP weights, not ViFi-CLIP: ask for "xclip", or give a CLIP checkpoint$/,
    );
    const prompted = await write("is-prompted", tensorsOf(BACKBONES.vificlip.shapes));
    await assert.rejects(
      loadBackbone(prompted, { family: "clip" }),
      /holds ViFi-CLIP weights, not CLIP: ask for "vificlip"/,
    );
  });

  it("of a 32-frame X-CLIP at 8 frames says which tensor, and what to do", async () => {
    const file = await write("32", tensorsOf(FAMILIES.xclip.onClip(SIZES, { frames: 32 }).shapes));
    await assert.rejects(
      loadBackbone(file, { family: "xclip", frames: 8 }),
      /32\.safetensors: tensor "mit\.positional_embedding" holds positions of 32 frames, not 8: ask for 32 frames, or take/,
    );
    assert.equal((await loaded(file, { frames: 32 })).backbone.frames, 32);
  });

  it("with other prompts than are wanted is refused", async () => {
    const file = await write("prompts", tensorsOf(BACKBONES.vificlip.shapes));
    const request = { family: "vificlip", visionPrompts: VISION } as const;
    await assert.rejects(
      loadBackbone(file, { ...request, textPrompts: { length: 4, depth: 2 } }),
      /prompts\.safetensors holds learned text prompts: 3 in 2 blocks, asked for: 4 in 2 blocks; ask for/,
    );
    await assert.rejects(loadBackbone(file, { ...request, textPrompts: NO_PROMPTS }), /asked for: none/);
    assert.equal((await loaded(file, { ...request, textPrompts: TEXT })).backbone.textContext, 3);
  });
});

describe("an official ViFi-CLIP file", () => {
  const clip = tensorsOf(clipShapes(SIZES));
  const prompted = tensorsOf(BACKBONES.vificlip.shapes);

  before(() => startEngine());

  it("loads with the token table of the CLIP that is named, plain or with prompts", async () => {
    const tokenTable = await write("clip-of-it", clip);
    const plain = await write("plain", officialVificlip(clip));
    const found = await loaded(plain, { tokenTable });
    assert.equal(found.backbone.family, "vificlip");
    assert.equal(found.values.size, clip.size);
    assertHolds(found.values, clip);

    const whole = await loaded(await write("with-prompts", officialVificlip(prompted)), { tokenTable });
    assert.deepEqual(whole.backbone.config, BACKBONES.vificlip.config);
    assertHolds(whole.values, new Map([...prompted, [TOKEN_TABLE, clip.get(TOKEN_TABLE)!]]));

    const table = clip.get(TOKEN_TABLE)!;
    const shifted: HostTensor = { ...table, data: Float32Array.from(table.data, (x) => x + 1) };
    const other = await loaded(plain, { tokenTable: await write("other", new Map([...clip, [TOKEN_TABLE, shifted]])) });
    assert.notEqual(other.id, found.id, "the table is part of the parameters");
    assert.notEqual(other.towerIds.text, found.towerIds.text);
    assert.equal(other.towerIds.visual, found.towerIds.visual);
  });

  it("without prompts is a CLIP that prompts can be learned on", async () => {
    const tokenTable = await write("table", clip);
    const request = { family: "vificlip", visionPrompts: VISION, textPrompts: TEXT, tokenTable } as const;
    const found = await loaded(await write("to-prompt", officialVificlip(clip)), { ...request, ...seeded(3) });
    assert.deepEqual(found.backbone.config, BACKBONES.vificlip.config);
    assertHolds(found.values, clip);
    assert.equal(found.values.get("prompt_learner.ctx")!.length, 3 * SIZES.textWidth);
  });

  it("says where the table comes from: a named CLIP, or the official one of its sizes", async () => {
    const weights = path.join(folder, "weights");
    mkdirSync(weights);
    process.env.VGHIF_WEIGHTS = weights;
    const small = await write("small", officialVificlip(clip));
    await assert.rejects(
      loadBackbone(small),
      /sizes are none of the official ones: give that CLIP's checkpoint \(--clip-w/,
    );
    const xclip = await write("no-table", new Map([...clip].filter(([name]) => name !== TOKEN_TABLE)));
    await assert.rejects(
      loadBackbone(small, { tokenTable: xclip }),
      /no-table.* lacks "token_embedding\.weight", .*small/,
    );
    const wide: HostTensor = { dtype: "F32", shape: [3, 7], data: new Float32Array(21) };
    const wrong = await write("wide", new Map([...clip, [TOKEN_TABLE, wide]]));
    await assert.rejects(loadBackbone(small, { tokenTable: wrong }), /of shape \[3,7\], .* needs rows of 20/);

    const zeros = (...shape: number[]): HostTensor => {
      const size = shape.reduce((a, b) => a * b);
      return { dtype: "F32", shape, data: new Float32Array(size) };
    };
    const large = await write(
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
    const [file, theirs] = [await write("tiny", tensors), await write("tiny-vifi", officialVificlip(tensors))];
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
