/** Whether a video can be read: its first frame, or every frame. */
import type { UserError } from "../../errors.js";
import { probeFrameFolder, readFrameFolder } from "./frame-folder.js";
import { type OpenVideo, unreadable, withVideo } from "./open.js";
import { isFrameFolder, sourceName, type VideoSource } from "./source.js";

export interface Checked {
  /** Frames that decode; null unless all were decoded. */
  readonly frames: number | null;
  /** What does not decode though other frames do; null where nothing was found. */
  readonly damage: string | null;
}

/** Containers miscount: HMDB51 has files that state one frame more than they hold. Fewer by this share, and by 3, is a file cut short. */
const CUT_SHORT = 0.05;

/**
 * Decodes the first frame, or with `deep` all of them. Throws a UserError for a source that cannot be used: as `probeVideo`, or where
 * the first frames do not decode.
 */
export async function checkVideo(source: VideoSource, deep: boolean, signal?: AbortSignal): Promise<Checked> {
  if (isFrameFolder(source)) {
    if (deep) return { frames: (await probeFrameFolder(source.frames, signal)).frames, damage: null };
    await readFrameFolder(source.frames, { indices: () => [0], ...(signal ? { signal } : {}) });
    return { frames: null, damage: null };
  }
  return withVideo(source, (video) => decodeAll(video, deep, signal));
}

async function decodeAll(video: OpenVideo, deep: boolean, signal?: AbortSignal): Promise<Checked> {
  const { av, decoder, format, stream, file } = video;
  const packet = new av.Packet();
  const frame = new av.Frame();
  packet.alloc();
  frame.alloc();
  let frames = 0;
  let packets = 0;
  let bad = 0;
  let wrong = 0;
  try {
    for (let more = true; more; ) {
      signal?.throwIfAborted();
      const read = format.readFrameSync(packet);
      more = read >= 0;
      if (!more && read !== av.AVERROR_EOF) wrong = read;
      if (more && packet.streamIndex !== stream.index) {
        packet.unref();
        continue;
      }
      if (more) packets++;
      const isCut = more && packet.hasFlags(av.AV_PKT_FLAG_CORRUPT);
      const sent = await decoder.sendPacket(more ? packet : null);
      packet.unref();
      let damaged = isCut || (more && sent < 0 && sent !== av.EAGAIN);
      while (decoder.receiveFrameSync(frame) >= 0) {
        frames++;
        if (frame.decodeErrorFlags !== 0) damaged = true;
        frame.unref();
        if (!deep) return { frames: null, damage: null };
      }
      if (damaged) bad++;
    }
  } finally {
    packet.free();
    frame.free();
  }
  if (frames === 0) throw unreadable(file, "none of its frames decodes");
  const stated = statedFrames(video);
  const short = stated - frames >= 3 && stated - frames > CUT_SHORT * stated;
  let damage: string | null = null;
  if (wrong !== 0) damage = `breaks off after ${frames} frames: ${av.FFmpegError.strerror(wrong)}`;
  else if (short) damage = `cut short: ${frames} of ${stated} frames decode`;
  else if (bad > 0) damage = `${bad} of ${packets} packets are damaged; ${frames} frames decode`;
  return { frames, damage };
}

/** As the container counts them; from its duration where it does not count; 0 where it has neither. */
function statedFrames({ av, format, stream }: OpenVideo): number {
  if (stream.nbFrames > 0n) return Number(stream.nbFrames);
  const { num, den } = stream.avgFrameRate;
  if (!(num > 0 && den > 0)) return 0;
  if (stream.duration > 0n) return Math.round(Number(stream.duration) * stream.timeBase.toDouble() * (num / den));
  // Sound may go on longer than the pictures.
  const seconds = (0.9 * Number(format.duration)) / av.AV_TIME_BASE;
  return seconds > 0 ? Math.round(seconds * (num / den)) : 0;
}

/** The reason in an error of the readers, without the name of the source, which the reader of a list knows. */
export function reasonOf(error: UserError, source: VideoSource): string {
  const name = `cannot read video ${sourceName(source)}: `;
  const text = error.message.startsWith(name) ? error.message.slice(name.length) : error.message;
  return text.replace(/; check that the file is complete, or leave it out$/, "");
}
