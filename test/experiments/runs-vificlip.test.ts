import { describe } from "node:test";
import { PROMPTS, testRuns } from "./family-runs.js";

describe("whole runs of ViFi-CLIP", () => {
  testRuns({
    "ViFi-CLIP": { model: "vificlip", trainable: "all", lr: 2e-4, template: "a photo of a {}." },
    "ViFi-CLIP with prompts": { model: "vificlip", trainable: "added", lr: 8e-3, prompts: PROMPTS, template: "{}." },
  });
});
