import { loadRecognizer, type RecognizerSource } from "../evaluate/recognizer.js";
import { disposeParams } from "../weights/load.js";
import { exportRecognizer } from "./export-onnx.js";
import type { Exported, ExportOptions } from "./options.js";

/** `vghif export`: loads the weights (a name or a file), exports them, and frees them. */
export async function exportModel(
  weights: string,
  file: string,
  options: ExportOptions,
  source: RecognizerSource = {},
): Promise<Exported> {
  const recognizer = await loadRecognizer(weights, source);
  try {
    return await exportRecognizer(recognizer, file, options);
  } finally {
    disposeParams(recognizer.params);
  }
}
