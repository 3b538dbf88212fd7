import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { augmentFrames, augmentPictures, type ClipDraw, drawClip } from "vghif/dist/data/augment/augment-frames.js";
import { applyJitter } from "vghif/dist/data/augment/color-jitter.js";
import { grayPixels } from "vghif/dist/data/augment/gray.js";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { resizeBilinear } from "vghif/dist/data/frames/resize-bilinear.js";
import { frameOf, type RgbFrames } from "vghif/dist/data/frames/rgb.js";
import { applyTransform, resizedSize, resizeFrames, videoTransform } from "vghif/dist/data/frames/transforms.js";
import { random } from "vghif/dist/data/random.js";
import { counts, madeUpFrames, unfairness } from "./pictures.js";

const SPEC = { ...OFFICIAL_AUGMENTATION, seed: 7 };
const TRANSFORM = videoTransform(32);
const FRAMES = madeUpFrames(3, 67, 53);
const PLAIN: ClipDraw = { crop: { left: 3, top: 1, width: 32, height: 32 }, flip: false, jitter: null, gray: false };

/** Pixel by pixel: the picture of frame t that lies at `left`, `top` in the resized one. */
function cut(resized: RgbFrames, t: number, { left, top, width, height }: ClipDraw["crop"]): number[] {
  const out: number[] = [];
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) {
      for (let c = 0; c < 3; c++) out.push(resized.data[((t * resized.height + y) * resized.width + x) * 3 + c]!);
    }
  }
  return out;
}

test("without any option a clip is what a test sees", () => {
  const one = augmentFrames(FRAMES, { seed: 3 }, TRANSFORM, "a#0");
  assert.deepEqual(one, applyTransform(FRAMES, TRANSFORM));
});

test("crop, mirror, colours and gray against a naive twin", () => {
  const resized = resizeFrames(FRAMES, TRANSFORM);
  const { jitter } = drawClip(FRAMES, { ...SPEC, jitter: { ...SPEC.jitter, chance: 1 } }, TRANSFORM, "x");
  const shown = (drawn: Partial<ClipDraw>, t: number): Uint8Array =>
    frameOf(augmentPictures(FRAMES, { ...PLAIN, ...drawn }, TRANSFORM), t);
  for (const t of [0, 1, 2]) {
    const plain = cut(resized, t, PLAIN.crop);
    assert.deepEqual([...shown({}, t)], plain);
    const mirrored = Array.from({ length: 32 }, (_, y) =>
      Array.from({ length: 32 }, (_, x) => plain.slice((y * 32 + 31 - x) * 3, (y * 32 + 32 - x) * 3)).flat(),
    ).flat();
    assert.deepEqual([...shown({ flip: true }, t)], mirrored);
    const coloured = Uint8Array.from(mirrored);
    applyJitter(coloured, jitter![t]!);
    assert.deepEqual(shown({ flip: true, jitter }, t), coloured);
    grayPixels(coloured);
    assert.deepEqual(shown({ flip: true, jitter, gray: true }, t), coloured);
  }
  assert.equal(new Set(jitter!.map((draw) => JSON.stringify(draw))).size, 3, "every frame has its own colours");
  const crop = { left: 5, top: 2, width: 27, height: 23 };
  const whole = { left: 0, top: 0, width: 32, height: 32 };
  const enlarged = resizeBilinear(Uint8Array.from(cut(resized, 1, crop)), 27, 23, 32, 32, whole);
  assert.deepEqual(shown({ crop }, 1), enlarged);
});

test("what a clip becomes depends on the seed and the draw's name alone", () => {
  const of = (seed: number, draw: string): Float32Array => augmentFrames(FRAMES, { ...SPEC, seed }, TRANSFORM, draw);
  const first = of(7, "v.avi#0");
  of(1, "w.avi#3");
  assert.deepEqual(of(7, "v.avi#0"), first);
  for (const [seed, draw] of [
    [8, "v.avi#0"],
    [7, "v.avi#1"],
    [7, "w.avi#0"],
  ] as const)
    assert.notDeepEqual(of(seed, draw), first);
  const { jitter: _, ...still } = SPEC;
  const [all, some] = [SPEC, still].map((spec) => drawClip(FRAMES, spec, TRANSFORM, "v.avi#5"));
  assert.deepEqual(some, { ...all!, jitter: null }, "to leave out one part changes no other");
  assert.deepEqual(JSON.parse(JSON.stringify(SPEC)), SPEC);
});

test("as often as the recipe says: mirrored 0.5, coloured 0.8, gray 0.2, independently", () => {
  const total = 4000;
  const draws = Array.from({ length: total }, (_, at) =>
    drawClip(FRAMES, SPEC, TRANSFORM, `v${at % 50}.avi#${Math.floor(at / 50)}`),
  );
  const share = (is: (draw: ClipDraw) => boolean): number => draws.filter(is).length / total;
  const near = (found: number, expected: number): void => {
    const deviation = Math.sqrt((expected * (1 - expected)) / total);
    assert.ok(Math.abs(found - expected) < 4 * deviation, `${found} for ${expected}`);
  };
  near(
    share(({ flip }) => flip),
    0.5,
  );
  near(
    share(({ jitter }) => jitter !== null),
    0.8,
  );
  near(
    share(({ gray }) => gray),
    0.2,
  );
  near(
    share(({ flip, gray }) => flip && gray),
    0.1,
  );
  near(
    share(({ jitter, gray }) => jitter !== null && gray),
    0.16,
  );
  assert.ok(unfairness(counts(draws.map(({ crop: { width, height } }) => [width, height])), 10) < 4);
});

test("a short side below the input is refused", () => {
  assert.throws(
    () => drawClip(FRAMES, SPEC, { ...TRANSFORM, shortSide: 31 }, "x"),
    /short side 31 is smaller than the input, 32/,
  );
});

/** The official steps with the libraries that the official code calls: OpenCV, Pillow as torchvision calls it. */
const PEER = `
import base64, json, sys
import cv2
import numpy as np
from PIL import Image, ImageEnhance

def hue(picture, turns):
    h, s, v = picture.convert("HSV").split()
    levels = np.array(h, dtype=np.uint8)
    with np.errstate(over="ignore"):
        levels += np.uint8(turns * 255)
    return Image.merge("HSV", (Image.fromarray(levels, "L"), s, v)).convert("RGB")

CHANGES = {
    "brightness": lambda picture, factor: ImageEnhance.Brightness(picture).enhance(factor),
    "contrast": lambda picture, factor: ImageEnhance.Contrast(picture).enhance(factor),
    "saturation": lambda picture, factor: ImageEnhance.Color(picture).enhance(factor),
    "hue": hue,
}
answers = []
for asked in json.load(sys.stdin):
    t, h, w = asked["shape"]
    frames = np.frombuffer(base64.b64decode(asked["frames"]), np.uint8).reshape(t, h, w, 3)
    size, target = asked["size"], tuple(asked["target"])
    for drawn in asked["draws"]:
        out = np.empty((t, size, size, 3), np.uint8)
        box = drawn["crop"]
        for i, frame in enumerate(frames):
            picture = cv2.resize(frame, target, interpolation=cv2.INTER_LINEAR)
            picture = picture[box["top"] : box["top"] + box["height"], box["left"] : box["left"] + box["width"]]
            picture = cv2.resize(picture, (size, size), interpolation=cv2.INTER_LINEAR)
            if drawn["flip"]:
                picture = cv2.flip(picture, 1)
            picture = Image.fromarray(picture)
            if drawn["jitter"]:
                for quality in drawn["jitter"][i]["order"]:
                    picture = CHANGES[quality](picture, drawn["jitter"][i]["factors"][quality])
            if drawn["gray"]:
                picture = Image.merge("RGB", [picture.convert("L")] * 3)
            out[i] = np.asarray(picture)
        answers.append(base64.b64encode(out.tobytes()).decode())
print(json.dumps(answers))
`;

/** The Python that has what the script needs; null where there is none. */
function python(): string | null {
  for (const program of ["/usr/bin/python3", "python3"]) {
    try {
      execFileSync(program, ["-c", "from importlib.util import find_spec as f; exit(not (f('cv2') and f('PIL')))"], {
        stdio: "ignore",
      });
      return program;
    } catch {
      // Try the next one.
    }
  }
  return null;
}

test("60 drawn clips are those of OpenCV and Pillow, bit for bit", (t) => {
  const program = python();
  if (!program)
    return t.skip("SKIPPED: no python3 with OpenCV and Pillow (Debian: apt-get install python3-opencv python3-pil)");
  const stream = random("sizes");
  const rounds = Array.from({ length: 6 }, (_, round) => {
    const frames = madeUpFrames(2, 40 + stream.integer(80), 40 + stream.integer(80));
    const transform = videoTransform(24 + stream.integer(20));
    const draws = Array.from({ length: 10 }, (_, at) => drawClip(frames, SPEC, transform, `${round}#${at}`));
    return { frames, transform, draws };
  });
  const asked = rounds.map(({ frames, transform, draws }) => {
    const { width, height } = resizedSize(frames.width, frames.height, transform);
    return {
      frames: Buffer.from(frames.data).toString("base64"),
      shape: [frames.count, frames.height, frames.width],
      size: transform.size,
      target: [width, height],
      draws,
    };
  });
  const options = { input: JSON.stringify(asked), encoding: "utf8" } as const;
  const answers = JSON.parse(execFileSync(program, ["-c", PEER], options)) as string[];
  for (const [round, { frames, transform, draws }] of rounds.entries()) {
    for (const [at, draw] of draws.entries()) {
      const ours = augmentPictures(frames, draw, transform).data;
      const theirs = Buffer.from(answers[round * 10 + at]!, "base64");
      const differ = ours.reduce((sum, level, i) => sum + (level === theirs[i] ? 0 : 1), 0);
      assert.equal(differ, 0, `${differ} of ${ours.length} levels: ${JSON.stringify(draw)}`);
    }
  }
});
