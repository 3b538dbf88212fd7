/** CLIP's table of token embeddings for official ViFi-CLIP files, which leave it out: ViFi-CLIP never trains it. */
import { UserError } from "../errors.js";
import type { Shapes } from "../models/backbone.js";
import { CLIP_SIZES } from "../models/clip-config.js";
import { openCheckpoint } from "./checkpoint.js";
import { TOKEN_TABLE } from "./model.js";
import { findOfficial } from "./registry.js";
import type { HostTensor } from "./tensors.js";

/**
 * The table for a file without one: from the CLIP checkpoint that is named, else from the official one of the same sizes.
 * Throws a UserError where there is none, or where its rows are not as wide as the file's text tower.
 */
export async function tokenTable(file: string, shapes: Shapes, clip?: string): Promise<HostTensor> {
  const width = shapes.get("ln_final.weight")?.[0];
  const from = clip ?? officialClip(file, shapes);
  const source = await openCheckpoint(from);
  try {
    const found = source.entries.get(TOKEN_TABLE)?.shape;
    if (found?.length !== 2 || found[1] !== width) {
      const has = found ? `has "${TOKEN_TABLE}" of shape [${found}]` : `lacks "${TOKEN_TABLE}"`;
      throw new UserError(`${from} ${has}, ${file} needs rows of ${width}: give the CLIP that it started from`);
    }
    return await source.read(TOKEN_TABLE);
  } finally {
    await source.close();
  }
}

function officialClip(file: string, shapes: Shapes): string {
  const width = shapes.get("ln_final.weight")?.[0];
  const patches = shapes.get("visual.conv1.weight");
  const size = Object.entries(CLIP_SIZES).find(
    ([, { textWidth, visionWidth, patchSize }]) =>
      textWidth === width && visionWidth === patches?.[0] && patchSize === patches[3],
  )?.[0];
  const name = size && `clip-${size.toLowerCase().replace(/[/@]/g, "-").replace("px", "")}`;
  const clip = name && findOfficial(name);
  if (clip) return clip;
  throw new UserError(
    `${file}: ViFi-CLIP checkpoints lack "${TOKEN_TABLE}", which is taken from the CLIP they started from: ` +
      (name ? `vghif weights fetch ${name}, or ` : "its sizes are none of the official ones: ") +
      "give that CLIP's checkpoint (--clip-weights FILE)",
  );
}
