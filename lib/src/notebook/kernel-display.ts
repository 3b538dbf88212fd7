/** The display of the notebook kernel that this process is, if it is one. */
import path from "node:path";

/** What tslab offers to cells; the part that is used here. */
export interface KernelDisplay {
  html(text: string): void;
  svg(text: string): void;
  text(text: string): void;
}

/**
 * tslab's display, or null outside a kernel. It must be the running kernel's own copy, which may be installed elsewhere
 * than this package, so it is looked for among the loaded modules.
 */
export function kernelDisplay(): KernelDisplay | null {
  return tslab()?.display ?? null;
}

/** A display whose content can be replaced (call it again), or null outside a kernel. */
export function replaceableDisplay(): KernelDisplay | null {
  return tslab()?.newDisplay() ?? null;
}

interface Tslab {
  readonly display: KernelDisplay;
  newDisplay(): KernelDisplay;
}

const KERNEL_MODULE = /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/;

function tslab(): Tslab | null {
  const loaded = Object.values(require.cache).find((module) => KERNEL_MODULE.test(module?.filename ?? ""));
  const kernel = loaded?.exports as { readonly lastWriteDisplayData: unknown } | undefined;
  if (!loaded || !kernel?.lastWriteDisplayData) return null;
  return loaded.require(path.join(path.dirname(loaded.filename), "public.js")) as Tslab;
}
