import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { officialRecipe } from "vghif/dist/models/official-recipes.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { fusionShapes } from "vghif/dist/models/vghif-params.js";
import { paramGroups } from "vghif/dist/train/groups.js";
import { absent, sharedDir } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";

const XCLIP = FAMILIES.xclip.onClip(TINY_CLIP, { frames: 3 });
const VIFICLIP = FAMILIES.vificlip.onClip(TINY_CLIP, { frames: 3 });
const PROMPTED = FAMILIES.vificlip.onClip(TINY_CLIP, {
  frames: 3,
  visionPrompts: { length: 2, depth: 2 },
  textPrompts: { length: 3, depth: 2 },
});

/** The learning rate and decay of each trained parameter; null: frozen. */
type Rule = Readonly<Record<string, readonly [lr: number, weightDecay: number] | null>>;

/** What this project gives every parameter under the family's official recipe, at a rate of `lr`. */
function rulesOf(
  backbone: VideoTextBackbone,
  setting: "few-shot" | "few-shot, prompts",
  lr: number,
  weightDecay: number,
): Record<string, readonly [number, number] | null> {
  const { addedLrScale, decay, trained } = officialRecipe(backbone.family, setting);
  const names = [...backbone.shapes].filter(([name]) => backbone.inGroup(name, trained));
  const ranks = new Map(names.map(([name, shape]) => [name, shape.length]));
  const groups = paramGroups(ranks, { lr, addedLrScale, fusionLrScale: 1, weightDecay, decay }, (name) =>
    backbone.added.has(name),
  );
  const grouped = groups.flatMap((group) => group.names);
  assert.equal(new Set(grouped).size, grouped.length, "no parameter is in two groups");
  const rules: Record<string, readonly [number, number] | null> = Object.fromEntries(
    [...backbone.shapes.keys()].map((name) => [name, null]),
  );
  for (const { names: own, lr: rate, weightDecay: decays } of groups) {
    for (const name of own) rules[name] = [rate, decays];
  }
  return rules;
}

function assertRules(found: Rule, expected: Rule): void {
  for (const [name, rule] of Object.entries(expected)) {
    assert.ok(name in found, `${name} is a parameter`);
    const own = found[name]!;
    if (rule === null || own === null) assert.equal(own, rule, name);
    else {
      assert.ok(Math.abs(own[0] - rule[0]) < 1e-12, `${name}: learning rate ${own[0]}, officially ${rule[0]}`);
      assert.equal(own[1], rule[1], `${name}: decay`);
    }
  }
}

/** utils/optimizer.py of X-CLIP at LR 0.008, WEIGHT_DECAY 0.05, FIX_TEXT: one parameter of every kind. */
const OFFICIAL_XCLIP: Rule = {
  "visual.proj": [0.008, 0.05],
  "visual.conv1.weight": [0.008, 0.05],
  "visual.class_embedding": [0.008, 0],
  "visual.positional_embedding": [0.008, 0],
  "visual.transformer.resblocks.0.attn.in_proj_weight": [0.008, 0.05],
  "visual.transformer.resblocks.0.attn.in_proj_bias": [0.008, 0],
  "visual.transformer.resblocks.0.ln_1.weight": [0.008, 0],
  "visual.transformer.resblocks.0.message_fc.weight": [0.08, 0.05],
  "visual.transformer.resblocks.0.message_fc.bias": [0.08, 0],
  "mit.positional_embedding": [0.08, 0],
  "mit.resblocks.0.mlp.c_fc.weight": [0.08, 0.05],
  "mit.resblocks.0.mlp.c_fc.bias": [0.08, 0],
  prompts_visual_proj: [0.08, 0.05],
  "prompts_generator.alpha": [0.08, 0],
  positional_embedding: null,
  "token_embedding.weight": null,
  "transformer.resblocks.0.attn.in_proj_weight": null,
  "ln_final.weight": null,
  text_projection: null,
  logit_scale: null,
};

describe("parameter groups", () => {
  it("of X-CLIP: new modules 10 times as fast, no decay of vectors and positions, the text side frozen", () => {
    assertRules(rulesOf(XCLIP, "few-shot", 0.008, 0.05), OFFICIAL_XCLIP);
  });

  it("of ViFi-CLIP: everything in one group that decays as a whole", () => {
    const rules = rulesOf(VIFICLIP, "few-shot", 0.008, 0.05);
    assert.equal(Object.keys(rules).length, VIFICLIP.shapes.size);
    for (const [name, rule] of Object.entries(rules)) assert.deepEqual(rule, [0.008, 0.05], name);
  });

  it("of ViFi-CLIP with prompts: the prompts alone", () => {
    const trained = Object.entries(rulesOf(PROMPTED, "few-shot, prompts", 0.008, 0.05)).filter(([, rule]) => rule);
    assert.deepEqual(trained.map(([name]) => name).sort(), [
      "prompt_learner.ctx",
      "transformer.resblocks.1.VPT_shallow",
      "visual.VPT",
      "visual.transformer.resblocks.1.VPT_shallow",
    ]);
    for (const [name, rule] of trained) assert.deepEqual(rule, [0.008, 0.05], name);
  });

  for (const [kind, backbone] of [
    ["adamw-xclip-a", XCLIP],
    ["adamw-vifi-a", VIFICLIP],
  ] as const) {
    it(`are the official code's, parameter by parameter (${kind})`, (t) => {
      const file = sharedDir(path.join("goldens", kind, "config.json"));
      if (!file) return t.skip(absent(`goldens/${kind}`));
      const official = JSON.parse(readFileSync(file, "utf8")) as {
        readonly LR: number;
        readonly WEIGHT_DECAY: number;
        readonly groups: readonly { params: readonly string[]; weight_decay: number; base_lr: number }[];
        readonly frozen?: readonly string[];
      };
      const expected: Record<string, readonly [number, number] | null> = {};
      for (const { params, base_lr, weight_decay } of official.groups) {
        for (const name of params) expected[name] = [base_lr, weight_decay];
      }
      for (const name of official.frozen ?? []) expected[name] = null;
      // The ViFi-CLIP case steps X-CLIP's modules too; that model does not have them.
      const own = Object.entries(expected).filter(([name]) => backbone === XCLIP || backbone.shapes.has(name));
      assert.ok(own.length >= 10);
      assertRules(rulesOf(backbone, "few-shot", official.LR, official.WEIGHT_DECAY), Object.fromEntries(own));
    });
  }

  it("of a fusion: its own rate; its matrices decay, its norms, biases and gates do not", () => {
    const vghif = { ...VGHIF_DEFAULTS, heads: 2 };
    const shapes = new Map([...VIFICLIP.shapes, ...fusionShapes(vghif, VIFICLIP.config)]);
    const ranks = new Map([...shapes].map(([name, shape]) => [name, shape.length]));
    const groups = paramGroups(ranks, { lr: 2e-6, fusionLrScale: 10, weightDecay: 0.001 });
    assert.deepEqual(
      groups.map(({ lr, weightDecay }) => [Number(lr.toPrecision(6)), weightDecay]),
      [
        [2e-6, 0.001],
        [2e-5, 0.001],
        [2e-5, 0],
      ],
    );
    const [own, matrices, rest] = groups.map(({ names }) => names);
    assert.equal(own!.length, VIFICLIP.shapes.size);
    for (const name of matrices!) assert.ok(name.startsWith("vghif.") && shapes.get(name)!.length > 1, name);
    for (const name of rest!) assert.ok(name.startsWith("vghif.") && shapes.get(name)!.length <= 1, name);
    assert.ok(rest!.some((name) => name.endsWith("gate")));
  });
});
