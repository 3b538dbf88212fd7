/** Where the project is: the checkout that holds this library, or the current folder where it was installed alone. */
import { existsSync } from "node:fs";
import path from "node:path";

/** The folder of the package `vghif` itself: `assets/`, `bin/` and `dist/` are in it. */
export const PACKAGE_ROOT = path.resolve(__dirname, "..");

/** The project's root folder: the one with `notebooks/`, `data-manifests/` and, once made, `records/`. */
export function projectRoot(): string {
  const checkout = path.dirname(PACKAGE_ROOT);
  return existsSync(path.join(checkout, "notebooks")) ? checkout : process.cwd();
}

/** A path below the project's root. */
export function projectPath(...parts: readonly string[]): string {
  return path.join(projectRoot(), ...parts);
}
