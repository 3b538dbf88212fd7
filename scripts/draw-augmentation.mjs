/**
 * The picture of docs/augmentation.md: a generated clip as a test sees it, as eight epochs of a training draw it, and two of
 * those mixed with another clip. Usage: node scripts/draw-augmentation.mjs [FILE.jpg]
 */
import path from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { augmentPictures, drawClip } from "../lib/dist/data/augment/augment-frames.js";
import { cutmixBox, keptShare, mixInto } from "../lib/dist/data/augment/mixing.js";
import { OFFICIAL_AUGMENTATION } from "../lib/dist/data/augment/spec.js";
import { segmentCentres } from "../lib/dist/data/frames/sampling.js";
import { sampledIndices } from "../lib/dist/data/frames/sampling-spec.js";
import { videoTransform } from "../lib/dist/data/frames/transforms.js";
import { generatedDataset, VIDEO_SIZE, videoPlans } from "../lib/dist/data/generated/datasets.js";
import { framesOf } from "../lib/dist/data/generated/generate-video.js";

const FRAMES = 4;
const SIDE = 84;
const GAP = 4;
const TEXT = 18;
const SEED = 3;
const TRANSFORM = videoTransform(SIDE);

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const [target = path.join(root, "docs", "augmentation.jpg")] = process.argv.slice(2);

/** All frames of the first training video of a class. */
function videoOf(dataset, label) {
  const plan = videoPlans(dataset, 0).find((one) => one.split === "train" && one.label === label);
  return { name: plan.path, frames: [...framesOf(plan, dataset.difficulty)] };
}

/** Some frames of a video as the decoder would give them. */
function taken({ frames }, indices) {
  return { count: indices.length, ...VIDEO_SIZE, data: Buffer.concat(indices.map((at) => frames[at])) };
}

function tested(video) {
  const frames = taken(video, segmentCentres(video.frames.length, FRAMES));
  return augmentPictures(frames, drawClip(frames, { seed: SEED }, TRANSFORM, "test"), TRANSFORM);
}

function drawn(video, epoch) {
  const draw = `${video.name}#${epoch}`;
  const sampling = { rule: "random", seed: SEED, clip: 0, clips: 1 };
  const indices = sampledIndices(sampling, video.frames.length, FRAMES, draw);
  const frames = taken(video, indices);
  const chance = drawClip(frames, { ...OFFICIAL_AUGMENTATION, seed: SEED }, TRANSFORM, draw);
  const { crop, flip, jitter, gray } = chance;
  const parts = [
    `frames ${indices.join(" ")}`,
    `crop ${crop.width} x ${crop.height} at ${crop.left}, ${crop.top}`,
    ...(flip ? ["mirrored"] : []),
    ...(jitter ? ["colours"] : []),
    ...(gray ? ["gray"] : []),
  ];
  return { text: `epoch ${epoch}: ${parts.join("; ")}`, clip: augmentPictures(frames, chance, TRANSFORM) };
}

/** Mixes 8-bit clips as a training mixes normalised ones: both are linear in the pixels. */
function mixed(own, other, mixing) {
  const planes = [own, other].map(({ data }) => {
    const out = new Float32Array(data.length);
    const area = SIDE * SIDE;
    for (let i = 0; i < data.length; i++) {
      const t = Math.floor(i / (3 * area));
      out[(t * 3 + (i % 3)) * area + (Math.floor(i / 3) % area)] = data[i];
    }
    return out;
  });
  const sum = new Float32Array(planes[0].length);
  mixInto(sum, planes, 0, { partners: [1, 0], ...mixing }, SIDE);
  const data = new Uint8Array(sum.length);
  const area = SIDE * SIDE;
  for (let i = 0; i < data.length; i++) {
    const t = Math.floor(i / (3 * area));
    data[i] = Math.round(sum[(t * 3 + (i % 3)) * area + (Math.floor(i / 3) % area)]);
  }
  return { ...own, data };
}

const dataset = generatedDataset("hmdb-like");
const [video, other] = [videoOf(dataset, 6), videoOf(dataset, 9)];
const draws = Array.from({ length: 8 }, (_, epoch) => drawn(video, epoch));
const partner = drawn(other, 0).clip;
const box = cutmixBox(SIDE, 0.6, 60, 40);
const rows = [
  { text: "as a test sees it: segments' centres, middle square", clip: tested(video) },
  { text: "another clip, as a test sees it", clip: tested(other) },
  ...draws,
  {
    text: "mixup: 0.7 of epoch 0, 0.3 of the other clip",
    clip: mixed(draws[0].clip, partner, { share: 0.7, box: null }),
  },
  {
    text: `cutmix: ${keptShare(SIDE, box).toFixed(2)} of epoch 2, the box of the other clip`,
    clip: mixed(draws[2].clip, partner, { share: keptShare(SIDE, box), box }),
  },
];

const column = FRAMES * (SIDE + GAP) + 12;
const line = SIDE + TEXT + 8;
const width = 2 * column + 8;
const height = Math.ceil(rows.length / 2) * line + 8;
const layers = [];
const texts = [];
for (const [at, { text, clip }] of rows.entries()) {
  const left = 10 + (at % 2) * column;
  const top = 6 + Math.floor(at / 2) * line;
  texts.push(`<text x="${left}" y="${top + 13}" font-family="sans-serif" font-size="10">${text}</text>`);
  for (let t = 0; t < FRAMES; t++) {
    const bytes = SIDE * SIDE * 3;
    layers.push({
      input: Buffer.from(clip.data.subarray(t * bytes, (t + 1) * bytes)),
      raw: { width: SIDE, height: SIDE, channels: 3 },
      left: left + t * (SIDE + GAP),
      top: top + TEXT,
    });
  }
}
const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${texts.join("")}</svg>`;
await sharp({ create: { width, height, channels: 3, background: "white" } })
  .composite([...layers, { input: Buffer.from(svg), left: 0, top: 0 }])
  .jpeg({ quality: 78, mozjpeg: true })
  .toFile(target);
console.log(`wrote ${target}`);
