/** Jobs that no tensor backend takes part in: a video file to pixels, and the notebook kernel's start. */
import { loadClip } from "../data/frames/load.js";
import { videoTransform } from "../data/frames/transforms.js";
import type { Kernel } from "../notebook/kernel/kernel.js";
import type { HostTensor } from "../weights/safetensors.js";
import type { Job } from "./job.js";
import type { Work } from "./task.js";

export function decodeJob({ file, frames, size, shortSide }: Extract<Work, { kind: "decode" }>): Job {
  const load = () => loadClip(file, { frames, transform: { ...videoTransform(size), shortSide } });
  return {
    run: async () => void (await load()),
    check: async () => {
      const { pixels } = await load();
      return new Map<string, HostTensor>([["pixels", { dtype: "F32", shape: [frames, 3, size, size], data: pixels }]]);
    },
  };
}

/** Longest time for a cell, seconds. */
const CELL_SECONDS = 60;

/** What a cell runs to say the most memory, in kilobytes, that its process held. */
const PEAK_CELL = "console.log(process.resourceUsage().maxRSS)";

/** Starts the kernel and runs a first cell; then, outside the clock, asks for its memory and ends it. */
export function kernelJob(folder: string): Job {
  let peakBytes = 0;
  let kernel: Kernel | undefined;
  const said = async (code: string): Promise<string> => {
    let text = "";
    const status = await kernel!.execute(code, CELL_SECONDS, ({ type, content }) => {
      if (type === "stream") text += String(content.text);
    });
    if (status !== "ok") throw new Error(`the kernel's cell failed: ${text}`);
    return text;
  };
  return {
    async run() {
      // Not everybody who measures has the notebooks' packages.
      const { startKernel } = await import("../notebook/kernel/kernel.js");
      kernel = await startKernel({ cwd: folder });
      await said("console.log(1 + 1)");
    },
    async after() {
      peakBytes = Math.max(peakBytes, 1024 * Number(await said(PEAK_CELL)));
      await kernel!.close();
    },
    check: async () => new Map(),
    peakBytes: () => peakBytes,
  };
}
