/** Which code was measured. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE_ROOT } from "../project.js";

const NAMES = ["@tensorflow/tfjs-core", "onnxruntime-node", "node-av", "tslab"] as const;

/** Versions of this library (with the checkout's commit, where there is one) and of what it runs on. */
export function versionsOf(): Record<string, string> {
  const manifest = readFileSync(path.join(PACKAGE_ROOT, "package.json"), "utf8");
  const { version, dependencies } = JSON.parse(manifest) as {
    version: string;
    dependencies: Readonly<Record<string, string>>;
  };
  const commit = commitOf();
  const others = NAMES.map((name) => [name, dependencies[name] ?? "unknown"]);
  return { vghif: commit ? `${version} (${commit})` : version, ...Object.fromEntries(others) };
}

/** The checkout's commit, marked where files differ from it; null where this is no checkout. */
function commitOf(): string | null {
  if (!existsSync(path.join(PACKAGE_ROOT, "..", ".git"))) return null;
  try {
    const args = ["describe", "--always", "--dirty", "--exclude=*"];
    return execFileSync("git", args, { cwd: PACKAGE_ROOT, stdio: ["ignore", "pipe", "ignore"] })
      .toString()
      .trim();
  } catch {
    return null;
  }
}
