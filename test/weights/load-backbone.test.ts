import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { NO_PROMPTS } from "vghif/dist/models/vificlip-config.js";
import { sha256 } from "vghif/dist/weights/load.js";
import { type BackboneRequest, loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { assertHolds, BACKBONES, FRAMES, loaded, seeded, TEXT, VISION, write } from "./backbones.js";
import { SIZES, tensorsOf } from "./huggingface.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif backbone "));
after(() => rmSync(folder, { recursive: true }));

describe("a backbone's checkpoint", () => {
  before(() => startEngine());

  for (const [family, backbone] of Object.entries(BACKBONES)) {
    it(`of ${backbone.family} is told from its tensors, and named by its hash`, async () => {
      const tensors = tensorsOf(backbone.shapes);
      const file = await write(folder, family, tensors);
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
    const file = await write(folder, "from-clip", tensors);
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
    const file = await write(folder, "towers", tensorsOf(clipShapes(SIZES)));
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
    const file = await write(folder, "untrained", tensorsOf(clipShapes(SIZES)));
    await assert.rejects(
      loadBackbone(file, { family: "xclip" }),
      /untrained.* is a CLIP checkpoint: X-CLIP has \d+ more tensors, which must be trained first/,
    );
  });

  it("of one family is refused as another, with both names", async () => {
    const file = await write(folder, "is-xclip", tensorsOf(BACKBONES.xclip.shapes));
    await assert.rejects(
      loadBackbone(file, { family: "vificlip", ...seeded(1) }),
      /is-xclip.* holds X-CLIP weights, not ViFi-CLIP: ask for "xclip", or give a CLIP checkpoint$/,
    );
    const prompted = await write(folder, "is-prompted", tensorsOf(BACKBONES.vificlip.shapes));
    await assert.rejects(
      loadBackbone(prompted, { family: "clip" }),
      /holds ViFi-CLIP weights, not CLIP: ask for "vificlip"/,
    );
  });

  it("of a 32-frame X-CLIP at 8 frames says which tensor, and what to do", async () => {
    const file = await write(folder, "32", tensorsOf(FAMILIES.xclip.onClip(SIZES, { frames: 32 }).shapes));
    await assert.rejects(
      loadBackbone(file, { family: "xclip", frames: 8 }),
      /32\.safetensors: tensor "mit\.positional_embedding" holds positions of 32 frames, not 8: ask for 32 frames, or take/,
    );
    assert.equal((await loaded(file, { frames: 32 })).backbone.frames, 32);
  });

  it("with other prompts than are wanted is refused", async () => {
    const file = await write(folder, "prompts", tensorsOf(BACKBONES.vificlip.shapes));
    const request = { family: "vificlip", visionPrompts: VISION } as const;
    await assert.rejects(
      loadBackbone(file, { ...request, textPrompts: { length: 4, depth: 2 } }),
      /prompts\.safetensors holds learned text prompts: 3 in 2 blocks, asked for: 4 in 2 blocks; ask for/,
    );
    await assert.rejects(loadBackbone(file, { ...request, textPrompts: NO_PROMPTS }), /asked for: none/);
    assert.equal((await loaded(file, { ...request, textPrompts: TEXT })).backbone.textContext, 3);
  });
});
