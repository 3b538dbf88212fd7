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

process.on("message", (task: Task) => {
  const { path } = task.plan;
  generateVideo(task.folder, task.plan, task.difficulty).then(
    () => send({ path, error: null }),
    (error: unknown) => send({ path, error: messageOf(error) }),
  );
});

process.on("disconnect", () => process.exit(0));

function send(answer: Answer): void {
  process.send?.(answer);
}
