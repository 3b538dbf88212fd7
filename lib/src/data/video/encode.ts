/** RGB frames to a real video file: the same frames give the same bytes. */
import { rename, rm } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../../errors.js";
import { FFmpegFailure, ffmpeg } from "./ffmpeg.js";
import { checkFormat, containerOf, type VideoFormat } from "./format.js";
import { openWriter } from "./writer.js";

export type { VideoFormat };

/** Counts the files written by this process, for the names of temporary ones. */
let writes = 0;

/**
 * Encodes frames, each 8-bit RGB [height, width, 3], as yuv420p into `file`: .mp4, .avi, .mkv, .webm or .mpg. One encoder
 * thread, bit-exact settings and no dates, so that the bytes depend on the frames and the format alone. Written beside the
 * file and renamed: a killed call leaves no half video. Throws a UserError where the format does not fit, there is no frame,
 * or the folder cannot be written; a RangeError for a frame of another size.
 */
export async function writeVideo(
  file: string,
  format: VideoFormat,
  frames: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const container = containerOf(file);
  checkFormat(file, format);
  const av = await ffmpeg();
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${writes++}.tmp`);
  try {
    const writer = await openWriter(av, temporary, container, format);
    try {
      let count = 0;
      for await (const picture of frames) {
        await writer.add(picture);
        count++;
      }
      if (count === 0) throw new UserError(`cannot write video ${file}: there are no frames`);
      await writer.finish();
    } finally {
      await writer.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof FFmpegFailure) throw new UserError(`cannot write video ${file}: ${error.message}`);
    throw error;
  }
}
