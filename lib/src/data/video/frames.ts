/** A file's decoded frames in the order they are shown, one at a time. */
import type { Frame, Packet } from "./ffmpeg.js";
import type { OpenVideo } from "./open.js";

/** Says when to stop by throwing; an AbortSignal is one. */
export interface Stop {
  throwIfAborted(): void;
}

export interface DecodeOptions {
  /** What to decode, in the order stored. Default: the file from where it stands to its end. */
  readonly packets?: Iterable<Packet>;
  readonly signal?: Stop;
}

/**
 * Yields every frame that decodes; the frame is only valid until the next one is asked for (clone it to keep it). As
 * FFmpeg's own program does, a packet that does not decode is left out and a file that breaks off ends there. Unless
 * blocking, the next packet decodes while the caller works on a frame.
 */
export async function* decodedFrames(video: OpenVideo, options: DecodeOptions = {}): AsyncGenerator<Frame> {
  const { decoder, blocking } = video;
  const { packets = storedPackets(video), signal } = options;
  const source = packets[Symbol.iterator]();
  const ready: Frame[] = [];
  let sending: Promise<number> | number = 0;
  try {
    for (let more = true; more; ) {
      signal?.throwIfAborted();
      const next = source.next();
      more = !next.done;
      const packet = next.done ? null : next.value;
      sending = blocking ? decoder.sendPacketSync(packet) : decoder.sendPacket(packet);
      yield* handOut(ready);
      await sending;
      receive(video, ready);
    }
    yield* handOut(ready);
  } finally {
    await sending;
    for (const frame of ready) frame.free();
    source.return?.();
  }
}

/** Frees each frame once the next is asked for. */
function* handOut(ready: Frame[]): Generator<Frame> {
  while (ready.length > 0) {
    yield ready[0]!;
    ready.shift()!.free();
  }
}

function receive({ av, decoder }: OpenVideo, ready: Frame[]): void {
  for (;;) {
    const frame = new av.Frame();
    frame.alloc();
    if (decoder.receiveFrameSync(frame) < 0) {
      frame.free();
      return;
    }
    ready.push(frame);
  }
}

/** The packets of the video stream up to the file's end, or to where it can be read no further; each valid until the next. */
export function* storedPackets({ av, format, stream }: OpenVideo): Generator<Packet> {
  const packet = new av.Packet();
  packet.alloc();
  try {
    while (format.readFrameSync(packet) >= 0) {
      if (packet.streamIndex === stream.index) yield packet;
      packet.unref();
    }
  } finally {
    packet.free();
  }
}
