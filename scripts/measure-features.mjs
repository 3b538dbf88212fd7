/**
 * Measures the store of features against one safetensors file a video, on features of generated values:
 * `node scripts/measure-features.mjs [VIDEOS] [FOLDER]` (default 5000, in the system's temporary folder). Prints a table.
 */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const dist = path.join(path.dirname(fileURLToPath(import.meta.url)), "..", "lib", "dist");
const load = (file) => import(pathToFileURL(path.join(dist, file)).href);
const { FeatureStore } = await load("features/store/store.js");
const { readSafetensors, writeSafetensors } = await load("weights/safetensors.js");

const videos = Number(process.argv[2] ?? 5000);
const base = mkdtempSync(path.join(process.argv[3] ?? tmpdir(), "vghif measure "));
process.on("exit", () => rmSync(base, { recursive: true, force: true }));

/** Shapes of cls+patch features: T frames, N patches, width D, levels. */
const SHAPES = {
  "smoke-clip, 8 frames": { frames: 8, patches: 49, width: 192, levels: 6 },
  "ViT-B/16, 8 frames": { frames: 8, patches: 196, width: 768, levels: 12 },
};

function featureOf({ frames, patches, width, levels }, id) {
  const tensor = (...shape) => {
    const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
    for (let at = 0; at < data.length; at += 16) data[at] = id + at / data.length;
    return { dtype: "F32", shape, data };
  };
  const feature = new Map([["cls", tensor(frames, width)]]);
  for (let level = 1; level <= levels; level++) {
    feature.set(`level.${level}.cls`, tensor(frames, width));
    feature.set(`level.${level}.patch`, tensor(patches, width));
  }
  return feature;
}

const contentOf = (id) => createHash("sha256").update(String(id)).digest("hex");
const bytesOf = (feature) => [...feature.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
const order = (count) => Array.from({ length: count }, (_, at) => (at * 7919) % count);

/** Bytes of a folder's files, and how many they are. */
function sizeOf(folder) {
  const files = readdirSync(folder).map((name) => statSync(path.join(folder, name)));
  return { bytes: files.reduce((sum, { blocks }) => sum + blocks * 512, 0), files: files.length };
}

async function timed(work) {
  const begun = performance.now();
  await work();
  return (performance.now() - begun) / 1000;
}

/** Seconds of writing all, of finding all again, and of reading all in another order. */
async function measureStore(folder, shape, count, half) {
  const key = contentOf("key");
  const store = new FeatureStore(folder, key, { half });
  const write = await timed(async () => {
    for (let id = 0; id < count; id++) await store.write(contentOf(id), featureOf(shape, id));
    await store.close();
  });
  let again;
  const find = await timed(async () => {
    again = new FeatureStore(folder, key, { half });
    for (let id = 0; id < count; id++) if (!again.has(contentOf(id))) throw new Error("a video is absent");
  });
  const read = await timed(async () => {
    for (const id of order(count)) if (!(await again.read(contentOf(id)))) throw new Error("a video is absent");
  });
  await again.close();
  return { write, find, read };
}

async function measureFiles(folder, shape, count) {
  mkdirSync(folder);
  const fileOf = (id) => path.join(folder, `${contentOf(id).slice(0, 32)}.safetensors`);
  const write = await timed(async () => {
    for (let id = 0; id < count; id++) await writeSafetensors(fileOf(id), featureOf(shape, id));
  });
  const find = await timed(async () => {
    for (let id = 0; id < count; id++) statSync(fileOf(id));
  });
  const read = await timed(async () => {
    for (const id of order(count)) await readSafetensors(fileOf(id));
  });
  return { write, find, read };
}

console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}; ${base}\n`);
console.log(
  "| features | kept as | videos | write, videos/s | find all, ms | read, videos/s | read, MB/s | MB on disk | files | peak MB |",
);
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const [name, shape] of Object.entries(SHAPES)) {
  const size = bytesOf(featureOf(shape, 0));
  const count = Math.min(videos, Math.floor(3e9 / size));
  for (const kept of ["shards", "one file a video", "shards of halves"]) {
    const folder = path.join(base, kept);
    let peak = 0;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 20);
    const half = kept === "shards of halves";
    const times = await (kept === "one file a video"
      ? measureFiles(folder, shape, count)
      : measureStore(folder, shape, count, half));
    clearInterval(watch);
    const { bytes, files } = sizeOf(folder);
    rmSync(folder, { recursive: true });
    const cells = [
      ...[name, kept, count, (count / times.write).toFixed(0), (1000 * times.find).toFixed(0)],
      ...[
        (count / times.read).toFixed(0),
        ((count * size) / times.read / 1e6).toFixed(0),
        (bytes / 1e6).toFixed(0),
        files,
      ],
      (peak / 1e6).toFixed(0),
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
}
