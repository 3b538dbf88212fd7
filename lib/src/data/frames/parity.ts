/** Recomputes the tensors of a preprocessing reference case (goldens `preprocess`) from its input frames. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { type HostTensor, openSafetensors } from "../../weights/safetensors.js";
import type { RgbFrames } from "./rgb.js";
import {
  applyTransform,
  clipTransform,
  resizeFrames,
  threeCropTransform,
  videoTransform,
  viewsOf,
} from "./transforms.js";

/**
 * Reads `config.json` (`cases`: name to `{INPUT_SIZE}`) and `inputs.safetensors` (`<case>.frames`, U8 [T, H, W, 3]) of
 * `caseDir` and returns, for every case: `<case>.val.resized`, `<case>.val`, `<case>.threecrop.resized`,
 * `<case>.threecrop` and `<case>.openai_clip`. A reference may hold fewer. Throws a UserError for a folder laid out otherwise.
 */
export async function preprocessParity(caseDir: string): Promise<Map<string, HostTensor>> {
  const cases = await readCases(path.join(caseDir, "config.json"));
  const inputs = await openSafetensors(path.join(caseDir, "inputs.safetensors"));
  const tensors = new Map<string, HostTensor>();
  try {
    for (const [name, size] of cases) {
      const frames = framesOf(await inputs.read(`${name}.frames`), `${caseDir}: tensor "${name}.frames"`);
      for (const [key, tensor] of recompute(frames, size)) tensors.set(`${name}.${key}`, tensor);
    }
  } finally {
    await inputs.close();
  }
  return tensors;
}

function recompute(frames: RgbFrames, size: number): [string, HostTensor][] {
  const specs = { val: videoTransform(size), threecrop: threeCropTransform(size), openai_clip: clipTransform(size) };
  const tensors: [string, HostTensor][] = [];
  for (const [key, spec] of Object.entries(specs)) {
    const shape = [viewsOf(spec) * frames.count, 3, size, size];
    tensors.push([key, { dtype: "F32", shape, data: applyTransform(frames, spec) }]);
    if (spec.resize === "pil-bicubic") continue;
    const resized = resizeFrames(frames, spec);
    const resizedShape = [resized.count, resized.height, resized.width, 3];
    tensors.push([`${key}.resized`, { dtype: "U8", shape: resizedShape, data: resized.data }]);
  }
  return tensors;
}

function framesOf(tensor: HostTensor, what: string): RgbFrames {
  const [count, height, width, channels] = tensor.shape;
  if (!(tensor.data instanceof Uint8Array) || tensor.shape.length !== 4 || channels !== 3) {
    throw new UserError(`${what} is ${tensor.dtype} [${tensor.shape}]; expected U8 [T, H, W, 3]`);
  }
  return { count: count!, height: height!, width: width!, data: tensor.data };
}

/** Case name to input size, in the file's order. */
async function readCases(file: string): Promise<Map<string, number>> {
  let cases: unknown;
  try {
    cases = (JSON.parse(await readFile(file, "utf8")) as { cases?: unknown }).cases;
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${messageOf(error)}`);
  }
  if (typeof cases !== "object" || cases === null) throw new UserError(`${file}: "cases" is missing`);
  return new Map(
    Object.entries(cases).map(([name, value]) => {
      const size = (value as { INPUT_SIZE?: unknown } | null)?.INPUT_SIZE;
      if (!Number.isInteger(size) || (size as number) < 1) throw new UserError(`${file}: ${name} has no INPUT_SIZE`);
      return [name, size as number];
    }),
  );
}
