/** A file's decoded frames in the order they are shown, one at a time. */
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Frame, Packet } from "./ffmpeg.js";
import type { OpenVideo } from "./open.js";

/** Packets read between two turns of the event loop. Reading is fast (2 us each); decoding runs on another thread. */
const BURST = 64;

/**
 * Yields every frame that decodes; the frame is only valid until the next one is asked for (clone it to keep it). As
 * FFmpeg's own program does, a packet that does not decode is left out and a file that breaks off ends there.
 */
export async function* decodedFrames(video: OpenVideo, signal?: AbortSignal): AsyncGenerator<Frame> {
  const { av, decoder } = video;
  const packet = new av.Packet();
  const frame = new av.Frame();
  packet.alloc();
  frame.alloc();
  try {
    for (let more = true; more; ) {
      signal?.throwIfAborted();
      more = nextPacket(video, packet);
      await decoder.sendPacket(more ? packet : null);
      packet.unref();
      while (decoder.receiveFrameSync(frame) >= 0) {
        yield frame;
        frame.unref();
      }
    }
  } finally {
    packet.free();
    frame.free();
  }
}

/** The next packet of the video stream into `packet`; false at the file's end or where it can be read no further. */
function nextPacket({ format, stream }: OpenVideo, packet: Packet): boolean {
  while (format.readFrameSync(packet) >= 0) {
    if (packet.streamIndex === stream.index) return true;
    packet.unref();
  }
  return false;
}

/** Packets of the video stream that ask to be shown: close to the number of frames, and quick to count. Reads to the end. */
export async function countPackets(video: OpenVideo, signal?: AbortSignal): Promise<number> {
  const { av } = video;
  const packet = new av.Packet();
  packet.alloc();
  try {
    let count = 0;
    for (let read = 1; nextPacket(video, packet); read++) {
      if (!packet.hasFlags(av.AV_PKT_FLAG_DISCARD)) count++;
      packet.unref();
      if (read % BURST === 0) {
        signal?.throwIfAborted();
        await nextTurn();
      }
    }
    return count;
  } finally {
    packet.free();
  }
}
