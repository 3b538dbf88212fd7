/**
 * H.264 as MP4 and Matroska store it, looked at without decoding: which packets are one whole picture, and which of them
 * begin a coded video sequence. After an IDR picture no frame refers to an earlier one (ITU-T H.264, 7.4.1.2.4); other
 * key frames (recovery points, open GOPs) give no such promise and are not taken.
 */
import type { Packet } from "./ffmpeg.js";
import type { OpenVideo } from "./open.js";

const SLICE = 1;
const IDR_SLICE = 5;
const PARTITIONS = [2, 3, 4];
const SEQUENCE_SET = 7;
const PICTURE_SET = 8;

/** Is shown all packets in the order stored, once each. */
export class H264Inspector {
  /** Whether every packet so far is one picture that can be decoded with the settings at hand. */
  sound = true;
  private packets = 0;
  /** Entries that carry their own parameter sets: all or none. */
  private withSets: boolean | null = null;

  private constructor(
    private readonly video: OpenVideo,
    private readonly lengthBytes: number,
  ) {}

  /** Null where the stream is no H.264 with a length before each unit. */
  static of(video: OpenVideo): H264Inspector | null {
    const { codecId, extradata } = video.stream.codecpar;
    if (codecId !== video.av.AV_CODEC_ID_H264 || !extradata || extradata.length < 7 || extradata[0] !== 1) return null;
    return new H264Inspector(video, (extradata[4]! & 3) + 1);
  }

  /** Whether decoding may begin with this packet. */
  isEntry(packet: Packet): boolean {
    if (!this.sound) return false;
    const { av } = this.video;
    const units = packet.data ? unitsOf(packet.data, this.lengthBytes) : null;
    const odd =
      units === null ||
      packet.hasFlags(av.AV_PKT_FLAG_DISCARD) ||
      packet.hasFlags(av.AV_PKT_FLAG_CORRUPT) ||
      packet.getSideData(av.AV_PKT_DATA_NEW_EXTRADATA) !== null;
    const entry = units !== null && units.idr > 0 && units.other === 0;
    const sets = units !== null && units.sequenceSets > 0 && units.pictureSets > 0;
    const someSets = units !== null && units.sequenceSets + units.pictureSets > 0;
    if (entry) this.withSets ??= sets;
    const wrongSets = entry ? sets !== this.withSets || sets !== someSets : someSets;
    const mixed = units !== null && units.idr > 0 && units.other > 0;
    const wrongStart = this.packets++ === 0 && !entry;
    if (odd || wrongSets || mixed || wrongStart || units.pictures !== 1) this.sound = false;
    return this.sound && entry;
  }
}

interface Units {
  /** Slices at a picture's first macroblock: two for a pair of fields. */
  pictures: number;
  idr: number;
  other: number;
  sequenceSets: number;
  pictureSets: number;
}

/** What the packet holds; null where its lengths do not add up, or its first slice is not a picture's first. */
function unitsOf(data: Buffer, lengthBytes: number): Units | null {
  const units: Units = { pictures: 0, idr: 0, other: 0, sequenceSets: 0, pictureSets: 0 };
  let at = 0;
  while (at < data.length) {
    if (at + lengthBytes > data.length) return null;
    const length = data.readUIntBE(at, lengthBytes);
    at += lengthBytes;
    if (length < 1 || at + length > data.length) return null;
    const header = data[at]!;
    if (header & 0x80) return null;
    const type = header & 31;
    if (type === SLICE || type === IDR_SLICE) {
      if (length < 2) return null;
      // The first bit of a slice is set where its first macroblock is number 0.
      if (data[at + 1]! & 0x80) units.pictures++;
      else if (units.pictures === 0) return null;
      if (type === IDR_SLICE) units.idr++;
      else units.other++;
    } else if (PARTITIONS.includes(type)) return null;
    else if (type === SEQUENCE_SET) units.sequenceSets++;
    else if (type === PICTURE_SET) units.pictureSets++;
    at += length;
  }
  return units;
}
