/**
 * Packs the project for a Linux x64 host with a GPU and without a network: the running Node, the built library, the
 * packages it computes with, and the Vulkan loader of this system. Without video decoding (see docs/gpu.md).
 *
 *     node scripts/bundle-gpu.mjs [FILE.tar.xz]
 *
 * Prints the size and what the host must have; fails where the file is above 60 MB.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { copyFolder, copyPackages } from "./bundle-gpu-packages.mjs";

const LIMIT = 60e6;
const scripts = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(scripts, "..");
const library = path.join(root, "lib");
const file = path.resolve(process.argv[2] ?? path.join(root, "build", "vghif-gpu-linux-x64.tar.xz"));
const stage = path.join(root, "build", "bundle-gpu");
const top = path.join(stage, "vghif");

if (process.platform !== "linux" || process.arch !== "x64") fail("the bundle is for Linux x64 and is made there");
if (!existsSync(path.join(library, "dist", "index.js"))) fail("the library is not built: run npm run build first");

rmSync(stage, { recursive: true, force: true });
mkdirSync(path.join(top, "bin"), { recursive: true });
cpSync(process.execPath, path.join(top, "bin", "node"));
for (const folder of ["bin", "dist", "assets"]) copyFolder(path.join(library, folder), path.join(top, "lib", folder));
cpSync(path.join(library, "package.json"), path.join(top, "lib", "package.json"));
cpSync(path.join(root, "LICENSE"), path.join(top, "LICENSE"));
const packages = copyPackages(root, library, top);
symlinkSync(path.join("..", "lib"), path.join(top, "node_modules", "vghif"));
copyVulkan(path.join(top, "vulkan"));
copyLicences(path.join(top, "licences"));
cpSync(path.join(scripts, "bundle-gpu-launcher.sh"), path.join(top, "vghif"));
cpSync(path.join(scripts, "bundle-gpu-check.cjs"), path.join(top, "check.cjs"));
chmodSync(path.join(top, "vghif"), 0o755);

const threads = { ...process.env, XZ_OPT: "-6 -T0" };
const packed = spawnSync("tar", ["-C", stage, "--owner=0", "--group=0", "--sort=name", "-cJf", file, "vghif"], {
  env: threads,
  stdio: "inherit",
});
if (packed.status !== 0) fail("tar or xz failed");

const { size } = statSync(file);
console.log(`${file}: ${(size / 1e6).toFixed(1)} MB, ${packages} packages, Node ${process.versions.node}`);
const binaries = ["bin/node", "node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1"];
console.log(`the host needs Linux x64, libstdc++ and glibc ${newestGlibc(binaries)} or newer`);
console.log(`without a Vulkan loader of its own: glibc ${newestGlibc(["vulkan/libvulkan.so.1"])} or newer`);
rmSync(stage, { recursive: true });
if (size > LIMIT) fail(`that is above ${LIMIT / 1e6} MB`);

function copyVulkan(to) {
  const folders = ["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu"];
  const loader = folders.map((folder) => path.join(folder, "libvulkan.so.1")).find((place) => existsSync(place));
  if (!loader) fail("libvulkan.so.1 is not on this system: install Debian's package libvulkan1");
  mkdirSync(to, { recursive: true });
  cpSync(realpathSync(loader), path.join(to, "libvulkan.so.1"));
  const icd = { file_format_version: "1.0.0", ICD: { library_path: "libGLX_nvidia.so.0", api_version: "1.3.0" } };
  writeFileSync(path.join(to, "nvidia_icd.json"), JSON.stringify(icd));
}

/** Licences of the two binaries that come from this system, where it has them. */
function copyLicences(to) {
  const prefix = path.join(path.dirname(realpathSync(process.execPath)), "..");
  const places = { node: [path.join(prefix, "LICENSE"), "/usr/share/doc/nodejs/LICENSE"], vulkan: [] };
  places.vulkan.push("/usr/share/doc/libvulkan1/copyright");
  mkdirSync(to);
  for (const [name, files] of Object.entries(places)) {
    const found = files.find((place) => existsSync(place));
    if (found) cpSync(found, path.join(to, name));
    else console.error(`no licence of ${name} found on this system: add it before you hand the bundle on`);
  }
}

/** The newest version of glibc that the files name. */
function newestGlibc(files) {
  const versions = files.flatMap((name) => {
    const text = readFileSync(path.join(top, name), "latin1");
    return [...text.matchAll(/GLIBC_2\.(\d+)/g)].map((match) => Number(match[1]));
  });
  return `2.${Math.max(...versions)}`;
}

function fail(message) {
  console.error(`bundle-gpu: ${message}`);
  process.exit(1);
}
