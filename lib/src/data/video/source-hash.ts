/** What names a video by its content: the same for the same bytes, wherever they lie. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import path from "node:path";
import { fileHash } from "../../weights/file-hash.js";
import { frameNames } from "./frame-folder.js";
import type { VideoSource } from "./source.js";

/**
 * SHA-256, hexadecimal: of a file's bytes; of a tar member's bytes, which is that of the file once unpacked; of the frames' own
 * hashes, in their order, for a folder. Throws what reading throws.
 */
export async function sourceHash(source: VideoSource): Promise<string> {
  if (typeof source === "string") return fileHash(source);
  const hash = createHash("sha256");
  if ("tar" in source) {
    const { tar, offset, bytes } = source;
    if (bytes > 0) {
      for await (const chunk of createReadStream(tar, { start: offset, end: offset + bytes - 1 }))
        hash.update(chunk as Buffer);
    }
    return hash.digest("hex");
  }
  for (const name of frameNames(await readdir(source.frames))) {
    const one = createHash("sha256");
    for await (const chunk of createReadStream(path.join(source.frames, name))) one.update(chunk as Buffer);
    hash.update(`${one.digest("hex")}\n`);
  }
  return hash.digest("hex");
}
