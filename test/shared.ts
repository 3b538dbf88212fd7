/** Where tests find what is not part of the project: the reference outputs and real videos beside a checkout. */
import { existsSync } from "node:fs";
import path from "node:path";

/** The project's root folder. */
export const PROJECT_ROOT = path.resolve(__dirname, "..", "..");

/**
 * A path below the folder of shared reference material (`VGHIF_SHARED`, or `../shared` beside the checkout), or null
 * where it is absent: the test then skips and says so.
 */
export function sharedDir(below: string): string | null {
  const base = process.env.VGHIF_SHARED ?? path.resolve(PROJECT_ROOT, "..", "shared");
  const found = path.join(base, below);
  return existsSync(found) ? found : null;
}

/** The reason a test gives when it skips for want of shared material. */
export function absent(below: string): string {
  return `SKIPPED: reference material "${below}" is absent (set VGHIF_SHARED to its folder)`;
}
