/** Decodes as little of a file as gives the wanted frames exactly as a decode of the whole file gives them. */
import type { Frame, Packet } from "./ffmpeg.js";
import { decodedFrames, type Stop } from "./frames.js";
import { type OpenVideo, unreadable, withVideo } from "./open.js";
import { listPackets } from "./packets.js";
import { checkIndices, Picker, type SinkOf } from "./pick.js";
import { takeBySeeking } from "./seek.js";
import { sourceName, type TarMember } from "./source.js";

export interface TakeOptions {
  /**
   * The 0-based frames wanted of a video with `count` frames; may repeat, in any order. Called with several counts that the
   * file may turn out to have (always at least 1) before the true one: it must depend on nothing but `count`.
   */
  readonly indices: (count: number) => readonly number[];
  readonly signal?: Stop;
  /** Works on the calling thread alone: for a worker, which has nothing else to do. */
  readonly blocking?: boolean;
}

export interface Taken<T> {
  /** What the sink made of the frames. */
  readonly result: T;
  readonly indices: readonly number[];
  /** Frames that decode in the whole video. */
  readonly frameCount: number;
}

/** Most bytes of frames held for the case that the file has not as many frames as packets. */
const HELD_BYTES = 64e6;

/**
 * Gives the frames at `indices(frame count)` to a sink, one by one. Where the packets tell which of them are needed
 * (`seek.ts`), only those are decoded; else all. Throws a UserError where the file cannot be read.
 */
export async function takeFrames<T>(
  source: string | TarMember,
  options: TakeOptions,
  begin: SinkOf<T>,
): Promise<Taken<T>> {
  const first = await withVideo(
    source,
    async (video) => {
      const { index, packets, free } = await listPackets(video, options.signal);
      try {
        const sought = index.exact ? await takeBySeeking(video, index, packets, options, begin) : null;
        if (sought) return { frameCount: sought.frameCount, taken: sought };
        if (index.exact || !packets) return { frameCount: index.shown, taken: null };
        return await takeAll(video, index.shown, options, begin, packets);
      } finally {
        free();
      }
    },
    options.blocking,
  );
  let { frameCount, taken } = first;
  // A guess that is wrong by more than the frames held says how many there are: the next one is right.
  for (let pass = 0; pass < 2 && !taken; pass++) {
    ({ frameCount, taken } = await withVideo(
      source,
      (video) => takeAll(video, frameCount, options, begin),
      options.blocking,
    ));
  }
  if (taken) return taken;
  throw unreadable(sourceName(source), "it changed while it was read");
}

interface Pass<T> {
  readonly frameCount: number;
  /** null where a wanted frame was not kept. */
  readonly taken: Taken<T> | null;
}

/** Decodes everything. `guess`: the number of frames, as far as known; near it the wanted ones are held as well. */
async function takeAll<T>(
  video: OpenVideo,
  guess: number,
  options: TakeOptions,
  begin: SinkOf<T>,
  packets?: readonly Packet[],
): Promise<Pass<T>> {
  const { indices, signal } = options;
  // A packed B-frame or a broken one makes the number of packets a little too high.
  const others = [guess - 1, guess - 2, guess + 1].filter((count) => count > 0);
  const held = new HeldFrames(new Set(others.flatMap((count) => indices(count))));
  const picker = guess > 0 ? new Picker(video, indices(guess), begin) : null;
  let count = 0;
  try {
    const decode = { ...(signal ? { signal } : {}), ...(packets ? { packets } : {}) };
    for await (const frame of decodedFrames(video, decode)) {
      held.offer(frame, count);
      await picker?.offer(frame, count);
      count++;
    }
    if (count === 0) throw unreadable(video.file, "none of its frames decodes");
    const wanted = indices(count);
    checkIndices(wanted, count);
    const result = count === guess ? await picker!.end() : await held.give(new Picker(video, wanted, begin));
    return { frameCount: count, taken: result === null ? null : { result, indices: wanted, frameCount: count } };
  } finally {
    await picker?.close();
    held.free();
  }
}

/** Frames that may turn out to be wanted; none any more once they are too many bytes. */
class HeldFrames {
  private readonly frames = new Map<number, Frame>();
  private bytes = 0;

  constructor(private readonly wanted: ReadonlySet<number>) {}

  offer(frame: Frame, index: number): void {
    if (!this.wanted.has(index) || this.bytes > HELD_BYTES) return;
    this.bytes += 3 * frame.width * frame.height;
    const own = frame.clone();
    if (own) this.frames.set(index, own);
    if (this.bytes > HELD_BYTES) this.free();
  }

  async give<T>(picker: Picker<T>): Promise<T | null> {
    try {
      for (const [index, frame] of this.frames) await picker.offer(frame, index);
      return await picker.end();
    } finally {
      await picker.close();
    }
  }

  free(): void {
    for (const frame of this.frames.values()) frame.free();
    this.frames.clear();
  }
}
