/** The one door to weights: any checkpoint file of any known format, its tensors under their official names. */
import path from "node:path";
import { UserError } from "../errors.js";
import { checkpointFile, openAny } from "./detect.js";
import { checkHuggingFaceConfig } from "./huggingface-config.js";
import { type NameConvention, officialNames, readView, viewInfo } from "./names.js";
import { withPrintableErrors } from "./printable.js";
import type { TensorInfo, TensorSource } from "./tensors.js";

export interface Checkpoint extends TensorSource {
  /** The file that was opened: of a folder, the one in it. */
  readonly file: string;
  /** Tensors of the file that are not parameters: sizes and index tables. */
  readonly dropped: readonly string[];
  /** Whose names the file used. */
  readonly convention: NameConvention;
  /** Is it an official ViFi-CLIP file, which leaves out CLIP's token table? */
  readonly vifiClip: boolean;
}

/**
 * Opens a safetensors file, an index of several, a PyTorch archive of any age, OpenAI's TorchScript archive, or a folder
 * of Hugging Face's. Only a header is read; nothing in a file is executed. Wrappers' prefixes ("module.") are taken off
 * and Hugging Face's CLIP and X-CLIP names made official (clip/model.py, models/xclip.py).
 * Throws a UserError for what is damaged, unsafe or none of these.
 */
export function openCheckpoint(fileOrFolder: string): Promise<Checkpoint> {
  return withPrintableErrors(() => open(checkpointFile(fileOrFolder)));
}

async function open(file: string): Promise<Checkpoint> {
  const source = await openAny(file);
  try {
    const { views, dropped, convention } = officialNames([...source.entries.keys()]);
    const label = (name: string): string => `${file}: tensor "${name}"`;
    const entries = new Map<string, TensorInfo>();
    for (const [name, view] of views) entries.set(name, viewInfo(view, source, label(name)));
    checkCounts(entries, file);
    if (convention === "Hugging Face") checkHuggingFaceConfig(path.join(path.dirname(file), "config.json"), entries);
    return {
      file,
      format: source.format,
      entries,
      metadata: source.metadata,
      ignored: source.ignored,
      dropped,
      convention,
      vifiClip: convention === "ViFi-CLIP",
      read: (name) =>
        withPrintableErrors(async () => {
          const view = views.get(name);
          if (!view) throw new UserError(`${label(name)} is missing`);
          return readView(view, source, label(name));
        }),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** Tensors of one checkpoint; the largest official one, with its optimiser's state, has under 3000. */
const TENSOR_LIMIT = 1 << 16;

/** A model's size follows from these names, so that they must not claim more than there is. */
function checkCounts(entries: ReadonlyMap<string, TensorInfo>, file: string): void {
  if (entries.size > TENSOR_LIMIT)
    throw new UserError(`${file} holds ${entries.size} tensors, more than ${TENSOR_LIMIT}`);
  for (const name of entries.keys()) {
    const layer = /\.(\d+)\./.exec(name)?.[1];
    if (layer !== undefined && Number(layer) >= entries.size) {
      throw new UserError(`${file}: tensor "${name}" names layer ${layer} of a file of ${entries.size} tensors`);
    }
  }
}
