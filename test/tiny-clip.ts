/** A CLIP small enough to run in a test, with CLIP's own vocabulary; 32 x 32 pixels in 8 x 8 patches. */
import type { ClipConfig } from "vghif/dist/models/clip-config.js";

export const TINY_CLIP: ClipConfig = {
  embedDim: 16,
  imageResolution: 32,
  patchSize: 8,
  visionLayers: 4,
  visionWidth: 24,
  visionHeads: 1,
  contextLength: 77,
  vocabSize: 49408,
  textWidth: 20,
  textHeads: 1,
  textLayers: 2,
};
