/** Decodes from the nearest entries of a file whose packets are known to be its frames. */
import type { Packet } from "./ffmpeg.js";
import { decodedFrames, storedPackets } from "./frames.js";
import type { OpenVideo } from "./open.js";
import type { PacketIndex } from "./packets.js";
import { checkIndices, Picker, type SinkOf } from "./pick.js";
import type { Taken, TakeOptions } from "./take.js";

/** Frames that are rather decoded than skipped. */
const GAP = 4;

/** A stretch to decode: from the entry `from` until frame `to` is out. An entry's packet and frame have the same number. */
export interface Run {
  readonly from: number;
  readonly to: number;
}

/** The stretches that hold the frames wanted, in order. `entries`: 1 where decoding may begin, of the first always. */
export function runsOf(entries: Uint8Array, indices: readonly number[]): Run[] {
  const runs: Run[] = [];
  for (const index of [...new Set(indices)].sort((a, b) => a - b)) {
    const from = entries.lastIndexOf(1, index);
    const last = runs.at(-1);
    if (last && from - last.to <= GAP) runs[runs.length - 1] = { from: last.from, to: index };
    else runs.push({ from, to: index });
  }
  return runs;
}

/**
 * The wanted frames of a file with an exact index; null where what decodes is not what the index says, or is damaged: then
 * the decoder is to be thrown away and all is to be decoded. Frames that are not needed are trusted to decode.
 */
export async function takeBySeeking<T>(
  video: OpenVideo,
  index: PacketIndex,
  packets: readonly Packet[] | null,
  options: TakeOptions,
  begin: SinkOf<T>,
): Promise<Taken<T> | null> {
  const { signal } = options;
  const frameCount = index.pts.length;
  const indices = options.indices(frameCount);
  checkIndices(indices, frameCount);
  const times = index.pts.toSorted();
  const picker = new Picker(video, indices, begin);
  try {
    for (const [number, run] of runsOf(index.entries, indices).entries()) {
      if (number > 0) video.decoder.flushBuffers();
      const feed = packets ? packets.slice(run.from) : packetsFrom(video, index, run.from);
      let at = run.from;
      for await (const frame of decodedFrames(video, { packets: feed, ...(signal ? { signal } : {}) })) {
        const damaged = frame.decodeErrorFlags !== 0 || frame.hasFlags(video.av.AV_FRAME_FLAG_CORRUPT);
        if (damaged || Number(frame.pts) !== times[at]) return null;
        await picker.offer(frame, at);
        if (at++ === run.to) break;
      }
      if (at <= run.to) return null;
    }
    const result = await picker.end();
    return result === null ? null : { result, indices, frameCount };
  } finally {
    await picker.close();
  }
}

/** The packets of the file from the entry `from` on; none where a seek does not get there. */
function* packetsFrom(video: OpenVideo, index: PacketIndex, from: number): Generator<Packet> {
  const { av, format, stream } = video;
  const dts = index.dts[from]!;
  const time = Number.isNaN(dts) ? index.pts[from]! : Math.min(dts, index.pts[from]!);
  if (format.seekFrameSync(stream.index, BigInt(time), av.AVSEEK_FLAG_BACKWARD) < 0) return;
  let found = false;
  for (const packet of storedPackets(video)) {
    found ||= Number(packet.pts) === index.pts[from];
    if (found) yield packet;
  }
}
