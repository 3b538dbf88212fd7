/** What the system's files tell about GPUs, without loading a driver. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/**
 * Whether a GPU driver of Linux has made a device file: NVIDIA's, AMD's, any that renders, or Windows' own in WSL.
 * Other systems have no such files: false there.
 */
export function hasGpuFile(): boolean {
  const names = [...namesIn("/dev"), ...namesIn("/dev/dri")];
  return names.some((name) => /^(nvidia\d+|kfd|dxg|renderD\d+)$/.test(name));
}

/** Whether NVIDIA's kernel driver has a GPU. */
export function hasNvidiaFile(): boolean {
  return namesIn("/dev").some((name) => /^(nvidia\d+|dxg)$/.test(name));
}

/** The models of the GPUs of NVIDIA's driver, each once, in its order; none where the driver does not say. */
export function nvidiaModels(root = "/proc/driver/nvidia/gpus"): string[] {
  const models = namesIn(root).map((gpu) => {
    const file = path.join(root, gpu, "information");
    return existsSync(file) ? /^Model:\s*(.+?)\s*$/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  });
  return [...new Set(models.filter((model) => model !== undefined))];
}

/** ONNX Runtime's library for CUDA, in the place where its package looks for it; null where it is not. */
export function cudaProviderFile(): string | null {
  const { platform, arch } = process;
  const root = path.dirname(require.resolve("onnxruntime-node/package.json"));
  const file = path.join(root, "bin", "napi-v6", platform, arch, "libonnxruntime_providers_cuda.so");
  return existsSync(file) ? file : null;
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).sort() : []);
