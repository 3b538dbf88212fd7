/**
 * Loads ONNX Runtime. Its builds send usage data to their maker and keep an identifier in the home folder unless
 * ORT_DISABLE_TELEMETRY is set when they are loaded; here it is, and this is the only place that loads them.
 */
export function loadRuntime(): Promise<typeof import("onnxruntime-node")> {
  process.env.ORT_DISABLE_TELEMETRY ??= "1";
  return import("onnxruntime-node");
}
