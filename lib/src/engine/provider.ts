/** ONNX Runtime's providers for GPUs: whether they work here, on which adapter, and if not, what to install. */
import { messageOf, UserError } from "../errors.js";
import { cudaProviderFile, hasGpuFile, hasNvidiaFile, nvidiaModels } from "./device-files.js";
import { type Probe, type ProviderName, probe } from "./provider-probe.js";
import { loadRuntime } from "./runtime.js";

export interface Adapter {
  /** Its name as the driver spells it, or what is known of it. */
  readonly device: string;
  /** Why it is used only when asked for by name; null for an adapter that is known to be a GPU. */
  readonly onlyByName: string | null;
}

const HELP: Readonly<Record<ProviderName, string>> = {
  webgpu: "install a GPU's Vulkan driver and libvulkan1 (see docs/gpu.md)",
  cuda: "see docs/gpu.md for the files that it needs",
};

/** Probes that ended well, of this process; others are run again when asked for again. */
const probes = new Map<ProviderName, Promise<Probe>>();

/** Makes sure that the provider runs products here. Throws a UserError that says why not and what to do. */
export async function findAdapter(provider: ProviderName): Promise<Adapter> {
  const reason = (await lacking(provider)) ?? (provider === "cuda" ? cudaLacks() : null);
  if (reason) throw absent(provider, reason);
  const running = probes.get(provider) ?? probe(provider);
  probes.set(provider, running);
  const found = await running;
  if (!found.works) {
    probes.delete(provider);
    throw absent(provider, found.reason);
  }
  if (provider === "cuda") return { device: nvidiaModels().join(", ") || "GPU (CUDA)", onlyByName: null };
  const { adapter, software } = found;
  if (software) return { device: adapter ?? "software", onlyByName: "it computes on the processor" };
  if (!adapter) return { device: "GPU (WebGPU)", onlyByName: "its adapter is not known by name" };
  return { device: adapter, onlyByName: null };
}

/** Why a provider is not even tried in the automatic choice: no sign of a GPU. Null where it is worth a try. */
export function notWorthTrying(provider: ProviderName): string | null {
  if (process.platform !== "linux") return `it is chosen by name alone on ${process.platform}`;
  if (provider === "cuda") return cudaLacks();
  return hasGpuFile() ? null : "no GPU driver has a device file (/dev/nvidia0, /dev/dri/renderD128)";
}

function cudaLacks(): string | null {
  if (!cudaProviderFile()) return "libonnxruntime_providers_cuda.so is not in the package onnxruntime-node";
  return hasNvidiaFile() ? null : "NVIDIA's kernel driver is not there (/dev/nvidia0)";
}

/** Whether this build of ONNX Runtime knows the provider at all. */
async function lacking(provider: ProviderName): Promise<string | null> {
  try {
    const { listSupportedBackends } = await loadRuntime();
    if (listSupportedBackends().some(({ name }) => name === provider)) return null;
  } catch (error) {
    return `onnxruntime-node cannot be loaded (${messageOf(error)})`;
  }
  return `onnxruntime-node has no ${provider} for ${process.platform} ${process.arch}`;
}

function absent(provider: ProviderName, reason: string): UserError {
  return new UserError(`backend "onnx-${provider}" is not there: ${reason}; ${HELP[provider]}`);
}
