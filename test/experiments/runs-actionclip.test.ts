import { describe } from "node:test";
import { testRuns } from "./family-runs.js";

describe("whole runs of ActionCLIP", () => {
  testRuns({ ActionCLIP: { model: "actionclip", trainable: "head", lr: 1e-3, template: "{}" } });
});
