import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type TextSide, textValues } from "vghif/dist/features/text.js";
import { encodeText, poolText, textBatch, textTower, withPositions } from "vghif/dist/models/clip.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { promptedTokens, promptsBetween } from "vghif/dist/models/vificlip.js";
import { vificlipConfig } from "vghif/dist/models/vificlip-config.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { loadTokenizer } from "vghif/dist/text/load-tokenizer.js";
import { readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { assertClose, randomParams } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";

const NAMES = ["waving", "juggling three balls while walking", "running"];
const folder = mkdtempSync(path.join(tmpdir(), "vghif texts "));
const texts = path.join(folder, "texts");

function side(hash: string): TextSide {
  const backbone = FAMILIES.clip.onClip(TINY_CLIP);
  return { config: { backbone, vghif: null }, params: randomParams(backbone.shapes), hash };
}

async function pooled(from: TextSide, names: readonly string[] = NAMES, template = "a video of {}"): Promise<Tensor> {
  const { data, shape } = (await textValues(from, names, template)).pooled!;
  return tf.tensor(data, [...shape]);
}

describe("texts of frozen towers", () => {
  before(async () => {
    process.env.VGHIF_CACHE = folder;
    await startEngine();
  });
  after(() => rmSync(folder, { recursive: true }));

  it("cut to the longest prompt are what all 77 positions give", async () => {
    const { params, config } = side("");
    const ids = (await loadTokenizer()).tokenize(NAMES.map((name) => `a video of ${name}`));
    const cut = textBatch(ids);
    assert.ok(cut.ids.shape[1]! < 15);
    const whole = textBatch(ids, 77);
    const clip = config.backbone.config;
    assertClose(encodeText(params, clip, cut), encodeText(params, clip, whole), 2e-6, "CLIP");
    const prompts = { length: 3, depth: 2 };
    const prompted = vificlipConfig(TINY_CLIP, prompts, prompts);
    const own = randomParams(FAMILIES.vificlip.onClip(TINY_CLIP, { frames: 1, textPrompts: prompts }).shapes);
    const [short, long] = [cut, whole].map(({ ids: rows, pool }) => {
      const tokens = withPositions(own, promptedTokens(own, prompted, rows));
      return poolText(textTower(own, prompted, tokens, undefined, promptsBetween(own, prompted)), pool);
    });
    assertClose(short!, long!, 2e-5, "ViFi-CLIP with prompts");
  });

  it("in chunks are what each prompt alone gives", async () => {
    const many = Array.from({ length: 131 }, (_, at) => `${NAMES[at % 3]} ${at}`);
    const own = side("");
    const together = await pooled(own, many);
    assert.deepEqual(together.shape, [131, TINY_CLIP.textWidth]);
    for (const at of [0, 63, 64, 130]) {
      assertClose(tf.slice(together, [at, 0], [1, -1]), await pooled(side(""), [many[at]!]), 2e-5, many[at]);
    }
  });

  it("are kept on disk, read back, and computed anew where the file is damaged or anything else differs", async () => {
    const first = await pooled(side("weights-1"));
    const [name] = readdirSync(texts);
    const file = path.join(texts, name!);
    const stored = await readSafetensors(file);
    const marked = stored.get("pooled")!;
    marked.data[0] = 41;
    await writeSafetensors(file, stored);
    assert.equal((await pooled(side("weights-1"))).dataSync()[0], 41, "read from the cache");
    truncateSync(file, 40);
    assertClose(await pooled(side("weights-1")), first, 1e-6);
    await pooled(side("weights-2"));
    await pooled(side("weights-1"), NAMES, "{}");
    await pooled(side("weights-1"), [...NAMES].reverse());
    assert.equal(readdirSync(texts).length, 4);
    await pooled(side(""));
    assert.equal(readdirSync(texts).length, 4, "without a hash nothing is kept");
  });
});
