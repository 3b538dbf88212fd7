/**
 * How finding, reading, checking and iterating a dataset grow with its size: node scripts/measure-data.mjs [SIZE ...]
 * (default 1000 5000 20000). Makes real video files in a temporary folder (about 3 KB each), removes them, prints a table.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const CLASSES = 50;
const BASES = 16;
const SIZE = { width: 64, height: 48, fps: 25, frames: 12 };
const NAME = "measured";

/** What is timed, each in a process of its own. */
const STEPS = {
  "prepare, first time": async ({ prepareVideos }) => count((await prepareVideos(NAME, { jobs: 2 })).probed),
  "prepare, nothing changed": async ({ prepareVideos }) => count((await prepareVideos(NAME, { jobs: 2 })).known),
  verify: async ({ verifyDataset, dataset }) => count((await verifyDataset(dataset)).videos),
  "verify --deep": async ({ verifyDataset, dataset }) => {
    const found = await verifyDataset(dataset, { deep: true, jobs: 2 });
    if (found.frames !== found.videos * SIZE.frames) throw new Error(`${found.frames} frames decode`);
    return count(found.videos);
  },
  "load 4 frames of each": iterate,
};

const count = (videos) => ({ videos });

/** RSS is noted at each fifth of the way. */
async function iterate({ dataset, loadClips, videoRoot, videoTransform }) {
  const samples = Object.values(dataset.splits).flat();
  const options = { frames: 4, transform: videoTransform(32), workers: 2 };
  const rss = [];
  let videos = 0;
  for await (const clip of loadClips(videoRoot(dataset), samples, options)) {
    if ("error" in clip) throw new Error(clip.error);
    if (++videos % (samples.length / 5) === 0) rss.push(mega(process.memoryUsage.rss()));
  }
  return { videos, rss };
}

const mega = (bytes) => Math.round(bytes / 1e6);

async function step(name) {
  const { peakBytes } = await import("vghif/dist/peak-memory.js");
  const { findDataset } = await import("vghif/dist/data/manifest-find.js");
  const parts = await Promise.all([
    import("vghif/dist/data/prepare/prepare.js"),
    import("vghif/dist/data/prepare/locate.js"),
    import("vghif/dist/data/manifest-verify.js"),
    import("vghif/dist/data/loader/load-clips.js"),
    import("vghif/dist/data/frames/transforms.js"),
  ]);
  const library = Object.assign({}, ...parts);
  let workers = 0;
  const timer = setInterval(() => {
    for (const pid of readFileSync(`/proc/self/task/${process.pid}/children`, "utf8").trim().split(" ")) {
      workers = Math.max(workers, markOf(pid));
    }
  }, 200);
  const started = performance.now();
  const done = await STEPS[name]({ ...library, dataset: findDataset(NAME) });
  clearInterval(timer);
  console.log(JSON.stringify({ ...done, seconds: (performance.now() - started) / 1000, peak: peakBytes(), workers }));
}

/** The most memory that a process has held, bytes; 0 once it is gone. */
function markOf(pid) {
  try {
    return 1024 * Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

/** A dataset of `size` videos: a few encoded clips, each copy with a box of its own bytes that readers pass over. */
async function make(folder, size) {
  const { writeVideo } = await import("vghif/dist/data/video/encode.js");
  const { writeDataset } = await import("vghif/dist/data/manifest.js");
  const bases = [];
  mkdirSync(folder, { recursive: true });
  for (let base = 0; base < BASES; base++) {
    const file = path.join(folder, "base.mp4");
    await writeVideo(file, { ...SIZE, codec: "h264" }, pictures(base));
    bases.push(readFileSync(file));
    rmSync(file);
  }
  const root = path.join(folder, "videos");
  const splits = { train: [], test: [] };
  const names = Array.from({ length: CLASSES }, (_, at) => `class ${at}`);
  for (const name of names) mkdirSync(path.join(root, name), { recursive: true });
  for (let at = 0; at < size; at++) {
    const label = at % CLASSES;
    const sample = { path: `class_${label}/video ${String(at).padStart(6, "0")}.avi`, label };
    const box = Buffer.alloc(12);
    box.writeUInt32BE(12, 0);
    box.write("free", 4);
    box.writeUInt32BE(at, 8);
    const file = path.join(root, `class ${label}`, `video ${String(at).padStart(6, "0")}.mp4`);
    writeFileSync(file, Buffer.concat([bases[at % BASES], box]));
    splits[at % 5 === 0 ? "test" : "train"].push(sample);
  }
  const about = { name: NAME, title: NAME, kind: "user", source: "scripts/measure-data.mjs", licence: "CC0-1.0" };
  writeDataset(path.join(folder, "data", NAME), { ...about, classes: names, splits, root });
}

/** A bright square that moves over a shaded ground. */
function* pictures(seed) {
  const { width, height, frames } = SIZE;
  for (let frame = 0; frame < frames; frame++) {
    const picture = new Uint8Array(width * height * 3);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const inside = Math.abs(x - 3 * frame) < 12 && Math.abs(y - 8 - 3 * seed) < 10;
        picture.fill(inside ? 230 : (x + 2 * y + 9 * seed) % 190, (y * width + x) * 3, (y * width + x) * 3 + 3);
      }
    }
    yield picture;
  }
}

function inProcess(name, folder) {
  const env = { ...process.env, VGHIF_DATA: path.join(folder, "data"), MEASURED_STEP: name };
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.on("exit", (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`${name} failed`))));
  });
}

async function main() {
  const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1000, 5000, 20000];
  const load = () => os.loadavg()[0].toFixed(1);
  console.log(
    `${os.cpus().length} x ${os.cpus()[0].model}, ${mega(os.totalmem()) / 1000} GB, Node ${process.version}\n`,
  );
  console.log(
    "| step | videos | seconds | ms a video | peak MB | worker's peak MB | load |\n| --- | --: | --: | --: | --: | --: | --: |",
  );
  for (const size of sizes) {
    const folder = mkdtempSync(path.join(os.tmpdir(), "vghif measure "));
    try {
      await make(folder, size);
      for (const name of Object.keys(STEPS)) {
        const before = load();
        const { videos, seconds, peak, workers, rss } = await inProcess(name, folder);
        if (videos !== size) throw new Error(`${name}: ${videos} of ${size} videos`);
        const cells = [
          name,
          videos,
          seconds.toFixed(1),
          ((1000 * seconds) / videos).toFixed(2),
          mega(peak),
          mega(workers),
        ];
        console.log(`| ${[...cells, `${before} to ${load()}`].join(" | ")} |`);
        if (rss) console.log(`<!-- RSS after each fifth of ${size}: ${rss.join(", ")} MB -->`);
      }
      const index = readdirSync(path.join(folder, "data", "index")).map((file) =>
        path.join(folder, "data", "index", file),
      );
      const bytes = index.map((file) => `${mega(readFileSync(file).length)}`).join(" and ");
      console.log(`<!-- index and facts of ${size}: ${bytes} MB -->`);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

if (process.env.MEASURED_STEP) await step(process.env.MEASURED_STEP);
else await main();
