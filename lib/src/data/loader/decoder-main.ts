/** Entry of a decoder worker: a request comes in, a clip goes back, its pixels moved and not copied. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf, UserError } from "../../errors.js";
import { type Clip, type ClipOptions, loadClip } from "../frames/load.js";
import { ffmpeg } from "../video/ffmpeg.js";
import type { VideoSource } from "../video/source.js";

export interface Request {
  readonly video: VideoSource;
  readonly options: Omit<ClipOptions, "signal">;
}

export type Reply =
  | { readonly kind: "ready" }
  | { readonly kind: "clip"; readonly clip: Clip }
  /** `user`: the video's fault, or the user's to mend. */
  | { readonly kind: "failed"; readonly user: boolean; readonly message: string };

/** What a worker is started with: a number that is not 0 once it is to stop. */
export interface WorkerData {
  readonly stop: Int32Array;
}

const port = parentPort!;
const { stop } = workerData as WorkerData;

/** The other side hears nothing while a video decodes; it sets a flag that is looked at between frames. */
const stopFlag = {
  throwIfAborted(): void {
    if (Atomics.load(stop, 0) !== 0) throw new Error("stopped");
  },
};

async function answer({ video, options }: Request): Promise<void> {
  try {
    const clip = await loadClip(video, options, { blocking: true, stop: stopFlag });
    port.postMessage({ kind: "clip", clip } satisfies Reply, [clip.pixels.buffer as ArrayBuffer]);
  } catch (error) {
    const user = error instanceof UserError;
    port.postMessage({ kind: "failed", user, message: messageOf(error) } satisfies Reply);
  }
}

port.on("message", (request: Request) => void answer(request));
ffmpeg().then(
  () => port.postMessage({ kind: "ready" } satisfies Reply),
  (error: unknown) => {
    port.postMessage({ kind: "failed", user: error instanceof UserError, message: messageOf(error) } satisfies Reply);
  },
);
