/** Worker file of the threaded wasm binary: runs tfjs's own worker script, with files where it expects blobs. */
import path from "node:path";

const binaries = path.join(path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "wasm-out");
const script = require(path.join(binaries, "tfjs-backend-wasm-threaded-simd.worker.js")) as {
  wasmWorkerContents: string;
};
URL.createObjectURL = () => path.join(binaries, "tfjs-backend-wasm-threaded-simd.js");
URL.revokeObjectURL = () => undefined;
const source = script.wasmWorkerContents.replaceAll("\n", "\\n");
new Function("require", "__filename", source)(require, __filename);
