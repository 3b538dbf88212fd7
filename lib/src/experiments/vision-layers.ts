/** How deep a checkpoint's visual tower is, from its shapes alone: which levels an ablation can name depends on it. */
import { UserError } from "../errors.js";
import { inspectCheckpoint } from "../weights/inspect.js";
import { weightsFile } from "../weights/registry.js";
import { clipSize } from "./plan/plan.js";

/**
 * Blocks of the visual tower of a checkpoint's name or file. An official CLIP need not be here.
 * @throws UserError where the file is neither here nor an official CLIP, or is no model that the kit knows
 */
export async function visionLayersOf(weights: string): Promise<number> {
  const size = clipSize(weights);
  if (size) return size.visionLayers;
  const { config, file } = await inspectCheckpoint(weightsFile(weights));
  const layers = config?.visionLayers;
  if (typeof layers === "number") return layers;
  throw new UserError(`${file} is no model that the kit knows: vghif weights inspect ${file} tells what it is`);
}
