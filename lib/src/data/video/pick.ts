/** The wanted frames of a decode, turned into pictures while decoding goes on. */
import type { Frame } from "./ffmpeg.js";
import { type OpenVideo, unreadable } from "./open.js";
import { type Orientation, orient, orientationOf, UPRIGHT } from "./rotation.js";
import { type RgbConverter, rgbConverter } from "./to-rgb.js";

/** Receives each wanted frame once, in the order shown. */
export interface FrameSink<T> {
  /**
   * @param picture 8-bit RGB [height, width, 3], rotation applied; valid during the call
   * @param places where the frame stands in the indices asked for; at least one
   */
  add(picture: Uint8Array, places: readonly number[]): void;
  end(): T;
}

/** Begins to receive the frames at `indices`, all of `width` x `height` pixels. Called again where a guess was wrong. */
export type SinkOf<T> = (width: number, height: number, indices: readonly number[]) => FrameSink<T>;

/** Throws a RangeError unless these are frames of a video with `count` frames. */
export function checkIndices(indices: readonly number[], count: number): void {
  if (indices.length === 0) throw new RangeError("no frame is asked for");
  const wrong = indices.find((index) => !Number.isInteger(index) || index < 0 || index >= count);
  if (wrong !== undefined) throw new RangeError(`frame ${wrong} does not exist in a video of ${count} frames`);
}

/** For each wanted frame, its places in `indices`. */
export function placesOf(indices: readonly number[]): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (const [place, index] of indices.entries()) {
    const known = places.get(index);
    if (known) known.push(place);
    else places.set(index, [place]);
  }
  return places;
}

/** What the container asks for. */
export function displayOrientation({ av, stream }: OpenVideo): Orientation {
  return orientationOf(stream.codecpar.getCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX));
}

/**
 * Hands decoded frames to a sink. Unless blocking, a frame is converted to RGB on another thread while the sink works on
 * the one before. `close` once.
 */
export class Picker<T> {
  private readonly places: ReadonlyMap<number, readonly number[]>;
  private readonly orientation: Orientation;
  private sink: FrameSink<T> | null = null;
  private converter: RgbConverter | null = null;
  private turned: Uint8Array | null = null;
  private size = { width: 0, height: 0 };
  private converting: { readonly picture: Promise<Uint8Array>; readonly places: readonly number[] } | null = null;
  private given = 0;

  constructor(
    private readonly video: OpenVideo,
    private readonly indices: readonly number[],
    private readonly begin: SinkOf<T>,
  ) {
    this.places = placesOf(indices);
    this.orientation = displayOrientation(video);
  }

  /** Takes frame `index` of the video, if it is wanted. All pictures get the size of the first. */
  async offer(frame: Frame, index: number): Promise<void> {
    const places = this.places.get(index);
    if (!places) return;
    this.given++;
    if (!this.converter || !this.sink) {
      this.size = { width: frame.width, height: frame.height };
      this.converter = rgbConverter(this.video, frame.width, frame.height);
      const { width, height } = this.shownSize();
      this.sink = this.begin(width, height, this.indices);
    }
    if (this.video.blocking) {
      this.add(this.converter.convertHere(frame), places);
      return;
    }
    const own = frame.clone();
    if (!own) throw unreadable(this.video.file, "memory ran out");
    const before = this.converting;
    const ready = await before?.picture;
    const picture = this.converter.convert(own).finally(() => own.free());
    picture.catch(() => {}); // Awaited in its turn.
    this.converting = { picture, places };
    if (ready && before) this.add(ready, before.places);
  }

  /** The sink's result; null where a wanted frame never came. */
  async end(): Promise<T | null> {
    const last = this.converting;
    this.converting = null;
    if (last) this.add(await last.picture, last.places);
    return this.given === this.places.size && this.sink ? this.sink.end() : null;
  }

  async close(): Promise<void> {
    await this.converting?.picture.catch(() => {});
    this.converter?.free();
  }

  private shownSize(): { width: number; height: number } {
    const { width, height } = this.size;
    return this.orientation.transpose ? { width: height, height: width } : { width, height };
  }

  private add(picture: Uint8Array, places: readonly number[]): void {
    if (this.orientation === UPRIGHT) {
      this.sink!.add(picture, places);
      return;
    }
    this.turned ??= new Uint8Array(picture.length);
    orient(picture, this.size.width, this.size.height, this.orientation, this.turned);
    this.sink!.add(this.turned, places);
  }
}
