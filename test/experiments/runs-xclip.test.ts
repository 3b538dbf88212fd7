import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, it } from "node:test";
import { predict } from "vghif/dist/evaluate/predict.js";
import { PROJECT_ROOT } from "../shared.js";
import { CLASSES, FRAMES, testRuns } from "./family-runs.js";

describe("whole runs of X-CLIP", () => {
  const shared = { model: "xclip", decay: "matrices", template: "{}" } as const;
  const trainedFile = testRuns({
    "X-CLIP, towers frozen": { ...shared, trainable: "head", lr: 1e-3, addedLrScale: 1 },
    "X-CLIP, text tower frozen": { ...shared, trainable: "visual", lr: 2e-4, addedLrScale: 10 },
  });

  it("its file takes the frames that it is made for, on the command line too, and refuses others", async () => {
    const file = trainedFile("X-CLIP, towers frozen", true);
    const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
    const video = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
    const labels = CLASSES.join(",");
    const args = [main, "predict", video, "--labels", labels, "--weights", file, "--json"];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", cwd: path.dirname(file) });
    assert.equal(status, 0, stderr);
    const answer = JSON.parse(stdout);
    assert.equal(answer.indices.length, FRAMES);
    assert.match(answer.provenance, /2 labels, 3 of 50 frames/);
    await assert.rejects(predict(video, labels, { weights: file, frames: 5 }), {
      name: "UserError",
      message: `${file} is made for 3 frames a video: ask for 3, not 5`,
    });
  });
});
