/** One generated video: from its plan to an encoded file. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { writeVideo } from "../video/encode.js";
import { VIDEO_SIZE, type VideoPlan } from "./datasets.js";
import type { Difficulty } from "./difficulty.js";
import { makeScene, renderScene } from "./scene.js";

/** The frames of a plan's video, RGB bytes [height, width, 3] each, drawn one at a time. */
export function* framesOf(plan: VideoPlan, difficulty: Difficulty): Generator<Uint8Array> {
  const scene = makeScene(plan.script, difficulty, plan.key);
  for (let frame = 0; frame < plan.frames; frame++) {
    yield renderScene(scene, frame / (plan.frames - 1), VIDEO_SIZE);
  }
}

/** Writes a plan's video below the folder. It is there whole or not at all. */
export async function generateVideo(folder: string, plan: VideoPlan, difficulty: Difficulty): Promise<void> {
  const file = path.join(folder, plan.path);
  mkdirSync(path.dirname(file), { recursive: true });
  const { codec, fps, crf } = plan;
  await writeVideo(file, { ...VIDEO_SIZE, fps, codec, crf }, framesOf(plan, difficulty));
}
