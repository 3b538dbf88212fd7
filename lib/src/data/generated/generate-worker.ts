/** A process of its own that makes videos for `generate.ts`: a plan comes in, its path goes back. */
import { messageOf } from "../../errors.js";
import type { VideoPlan } from "./datasets.js";
import type { Difficulty } from "./difficulty.js";
import { generateVideo } from "./generate-video.js";

export interface Task {
  readonly folder: string;
  readonly plan: VideoPlan;
  readonly difficulty: Difficulty;
}

/** `error` is null where the video is there. */
export interface Answer {
  readonly path: string;
  readonly error: string | null;
}

// Once the other side has hung up, the process ends by itself after the video in hand.
process.on("message", (task: Task) => {
  const { path } = task.plan;
  generateVideo(task.folder, task.plan, task.difficulty).then(
    () => answer({ path, error: null }),
    (error: unknown) => answer({ path, error: messageOf(error) }),
  );
});

function answer(done: Answer): void {
  if (process.connected) process.send?.(done);
}
