/**
 * Tries an execution provider of ONNX Runtime in a process of its own, because a broken driver can end the process that
 * loads it. The Vulkan loader's own messages tell which adapter was used; ONNX Runtime does not say.
 */
import { execFile } from "node:child_process";
import path from "node:path";

/** Adapters without hardware behind them: Mesa's llvmpipe (lavapipe) and SwiftShader. */
const SOFTWARE = /llvmpipe|lavapipe|swiftshader/i;
const SOFTWARE_DRIVER = /libvulkan_lvp|libvk_swiftshader/;

/** The first compilation of shaders by a driver can take seconds; a driver that hangs is given up after this, in ms. */
const PATIENCE = 60_000;

/** "webgpu" is in the npm package of ONNX Runtime, "cuda" has to be added to it. */
export type ProviderName = "webgpu" | "cuda";

export type Probe =
  | {
      readonly works: true;
      /** The Vulkan adapter that ran the product; null where there is no Vulkan or its loader is too old to say. */
      readonly adapter: string | null;
      /** Whether the adapter computes on the processor. */
      readonly software: boolean;
    }
  | { readonly works: false; readonly reason: string };

/** Runs one small product on the provider. Never rejects. Takes about a second. */
export function probe(provider: ProviderName): Promise<Probe> {
  const script = path.join(__dirname, "provider-probe-main.js");
  const options = {
    env: { ...process.env, VK_LOADER_DEBUG: "all" },
    timeout: PATIENCE,
    killSignal: "SIGKILL",
    maxBuffer: 64 * 2 ** 20,
  } as const;
  return new Promise((resolve) => {
    execFile(process.execPath, [script, provider], options, (error, stdout, stderr) => {
      if (!error && stdout === "right") resolve({ works: true, ...adapterIn(stderr) });
      else resolve({ works: false, reason: reasonOf(error, stdout, stderr) });
    });
  });
}

/** The adapter that the loader's messages name last: the one whose device was made. */
function adapterIn(messages: string): { adapter: string | null; software: boolean } {
  const [, adapter, driver] = [...messages.matchAll(/Using "(.*)" with driver: "(.*)"/g)].at(-1) ?? [];
  if (!adapter) return { adapter: null, software: false };
  return { adapter, software: SOFTWARE.test(adapter) || SOFTWARE_DRIVER.test(driver ?? "") };
}

function reasonOf(
  error: { readonly killed?: boolean; readonly signal?: NodeJS.Signals | null } | null,
  stdout: string,
  stderr: string,
): string {
  if (error?.killed) return `it did not answer within ${PATIENCE / 1000} s`;
  if (error?.signal) return `its driver ended a test process (${error.signal})`;
  if (/libvulkan\.so\.1/.test(stderr) && /load/i.test(stderr) && /No supported adapters/.test(stdout)) {
    return "there is no Vulkan loader (libvulkan.so.1)";
  }
  if (/No supported adapters/.test(stdout)) return "Vulkan has no usable adapter";
  const library = /Failed to load library \S+ with error: (.*)/.exec(stderr)?.[1];
  if (library) return library;
  const lines = stdout.split("\n").map((line) => line.trim());
  return lines.find((line) => line !== "") ?? "a test process ended without an answer";
}
