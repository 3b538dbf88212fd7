/**
 * Measures the store of features against one safetensors file a video, on features of generated values:
 * `node scripts/measure-features.mjs [VIDEOS] [FOLDER]` (default 5000, in the system's temporary folder). Prints a table.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
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
  "smoke-clip, 8 frames": { frames: 8, patches: 64, width: 128, levels: 4 },
  "ViT-B/16, 8 frames": { frames: 8, patches: 196, width: 768, levels: 12 },
};

/** Bytes of values of one kind at most. */
const MOST = 1.5e9;

/** The kinds take turns, so that other work on the machine disturbs all alike; medians over so many turns. */
const TURNS = 9;

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

function inShards(folder, half) {
  const open = () => new FeatureStore(folder, contentOf("key"), { half });
  let store = open();
  return {
    write: (id, feature) => store.write(contentOf(id), feature),
    read: (id) => store.read(contentOf(id)),
    has: (id) => store.has(contentOf(id)),
    close: () => store.close(),
    reopen: () => {
      store = open();
    },
  };
}

function inFiles(folder) {
  mkdirSync(folder);
  const fileOf = (id) => path.join(folder, `${contentOf(id).slice(0, 32)}.safetensors`);
  return {
    write: (id, feature) => writeSafetensors(fileOf(id), feature),
    read: (id) => readSafetensors(fileOf(id)),
    has: (id) => existsSync(fileOf(id)),
    close: async () => {},
    reopen: () => {},
  };
}

const KINDS = {
  shards: (folder) => inShards(folder, false),
  "one file a video": inFiles,
  "shards of halves": (folder) => inShards(folder, true),
};

/** Seconds on the clock and of the processor that work takes. */
async function timed(work) {
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { wall: (performance.now() - begun) / 1000, cpu: (user + system) / 1e6 };
}

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Bytes that a folder takes on the disk, and its number of files. */
function sizeOf(folder) {
  const files = readdirSync(folder).map((name) => statSync(path.join(folder, name)));
  return { bytes: files.reduce((sum, { blocks }) => sum + blocks * 512, 0), files: files.length };
}

async function measure(shape, count) {
  const features = Array.from({ length: 8 }, (_, id) => featureOf(shape, id));
  const kept = Object.entries(KINDS).map(([name, make], at) => {
    const folder = path.join(base, String(at));
    return { name, folder, store: make(folder), write: [], read: [], find: null, peak: 0 };
  });
  const share = Math.floor(count / TURNS);
  const turns = async (what, work) => {
    for (let turn = 0; turn < TURNS; turn++)
      for (const one of kept) {
        one[what].push(await timed(() => work(one.store, turn)));
        one.peak = Math.max(one.peak, process.memoryUsage.rss());
      }
  };
  await turns("write", async (store, turn) => {
    for (let id = turn * share; id < (turn + 1) * share; id++) await store.write(id, features[id % 8]);
    await store.close();
  });
  for (const one of kept)
    one.find = await timed(async () => {
      one.store.reopen();
      for (let id = 0; id < share * TURNS; id++) if (!one.store.has(id)) throw new Error(`video ${id} is absent`);
    });
  await turns("read", async (store, turn) => {
    for (let at = 0; at < share; at++) {
      const id = ((at * TURNS + turn) * 7919) % (share * TURNS);
      if (!(await store.read(id))) throw new Error(`video ${id} is absent`);
    }
  });
  for (const one of kept) await one.store.close();
  return kept.map((one) => {
    const of = (what, clock) => median(one[what].map((time) => time[clock])) / share;
    const { bytes, files } = sizeOf(one.folder);
    rmSync(one.folder, { recursive: true });
    return [
      ...[one.name, share * TURNS, (1 / of("write", "wall")).toFixed(0), (1000 * of("write", "cpu")).toFixed(2)],
      ...[
        (1 / of("read", "wall")).toFixed(0),
        (1000 * of("read", "cpu")).toFixed(2),
        (1000 * one.find.wall).toFixed(0),
      ],
      ...[(bytes / 1e6).toFixed(0), files, (one.peak / 1e6).toFixed(0)],
    ];
  });
}

console.log(`${cpus()[0].model}, ${availableParallelism()} cores, Node ${process.version}\n`);
console.log(
  "| features | kept as | videos | written, videos/s | ms of CPU a video | read, videos/s | ms of CPU a video | all found, ms | MB on disk | files | peak MB |",
);
console.log("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
for (const [name, shape] of Object.entries(SHAPES)) {
  const count = Math.min(videos, Math.floor(MOST / bytesOf(featureOf(shape, 0))));
  for (const cells of await measure(shape, count)) console.log(`| ${[name, ...cells].join(" | ")} |`);
}
