/** What a file's packets say without decoding: how many frames to expect, and where decoding may begin. */
import { stat } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import type { Packet } from "./ffmpeg.js";
import type { Stop } from "./frames.js";
import { storedPackets } from "./frames.js";
import { H264Inspector } from "./h264.js";
import type { OpenVideo } from "./open.js";

/** Packets read between two turns of the event loop. Reading is fast (2 us each). */
const BURST = 64;

/** Most bytes of packets that a decode holds; of a larger file they are read again. */
export const KEPT_BYTES = 16e6;

/** Bytes of a start code. Shorter packets hold no frame: every file of HMDB51 has one such, of one byte. */
const START_CODE = 4;

/** Larger files whose index stays in memory, so that reading them again begins with a seek. */
const KEPT_INDEXES = 64;

/** The packets of a video stream in the order stored. Times are in the stream's own unit. */
export interface PacketIndex {
  /** Packets that ask to be shown: close to the number of frames. */
  readonly shown: number;
  /** Whether each packet is known to be one frame, so that `pts` in rising order are the frames. */
  readonly exact: boolean;
  readonly pts: Float64Array;
  readonly dts: Float64Array;
  /** 1 where decoding may begin: no later frame needs an earlier one. All 0 where not `exact`. */
  readonly entries: Uint8Array;
}

/** `packets`: owned by the caller, who calls `free`; null where they are more than `KEPT_BYTES`. */
export interface ListedPackets {
  readonly index: PacketIndex;
  readonly packets: readonly Packet[] | null;
  free(): void;
}

const indexes = new Map<string, PacketIndex>();

/** Reads all packets of a file that was just opened, or finds its index in memory. */
export async function listPackets(video: OpenVideo, signal?: Stop): Promise<ListedPackets> {
  const key = await keyOf(video.file);
  const known = key === null ? undefined : indexes.get(key);
  if (known) return { index: known, packets: null, free: () => {} };
  const kept: Packet[] = [];
  try {
    const { index, bytes } = await readIndex(video, kept, signal);
    const whole = bytes <= KEPT_BYTES;
    if (!whole && key !== null) remember(key, index);
    return { index, packets: whole ? kept : null, free: () => freeAll(kept) };
  } catch (error) {
    freeAll(kept);
    throw error;
  }
}

async function readIndex(
  video: OpenVideo,
  kept: Packet[],
  signal?: Stop,
): Promise<{ index: PacketIndex; bytes: number }> {
  const { av } = video;
  const inspector = H264Inspector.of(video);
  const pts: number[] = [];
  const dts: number[] = [];
  const entries: number[] = [];
  let bytes = 0;
  let shown = 0;
  for (const packet of storedPackets(video)) {
    bytes += packet.size;
    if (bytes <= KEPT_BYTES) kept.push(packet.clone()!);
    else freeAll(kept);
    if (packet.size >= START_CODE && !packet.hasFlags(av.AV_PKT_FLAG_DISCARD)) shown++;
    pts.push(timeOf(packet.pts));
    dts.push(timeOf(packet.dts));
    entries.push(inspector?.isEntry(packet) ? 1 : 0);
    if (pts.length % BURST === 0) {
      signal?.throwIfAborted();
      await nextTurn();
    }
  }
  const exact = inspector?.sound === true && isOrdered(pts, entries);
  const index: PacketIndex = {
    shown,
    exact,
    pts: Float64Array.from(pts),
    dts: Float64Array.from(dts),
    entries: exact ? Uint8Array.from(entries) : new Uint8Array(entries.length),
  };
  return { index, bytes };
}

/** NaN for "unknown", FFmpeg's least number. */
function timeOf(value: bigint): number {
  return value === -(2n ** 63n) ? Number.NaN : Number(value);
}

/** Whether all times differ, the file begins with an entry, and no frame is shown across an entry. */
function isOrdered(pts: readonly number[], entries: readonly number[]): boolean {
  if (entries[0] !== 1 || pts.some(Number.isNaN) || new Set(pts).size < pts.length) return false;
  let before = Number.NEGATIVE_INFINITY;
  let most = before;
  for (const [at, time] of pts.entries()) {
    if (entries[at] === 1) {
      if (time < most) return false;
      before = time;
    } else if (time < before) return false;
    most = Math.max(most, time);
  }
  return true;
}

/** Path, size and date; null for what is not a plain file. */
async function keyOf(file: string): Promise<string | null> {
  try {
    const { size, mtimeMs } = await stat(file);
    return `${size} ${mtimeMs} ${file}`;
  } catch {
    return null;
  }
}

function remember(key: string, index: PacketIndex): void {
  indexes.set(key, index);
  if (indexes.size > KEPT_INDEXES) indexes.delete(indexes.keys().next().value!);
}

function freeAll(packets: Packet[]): void {
  for (const packet of packets.splice(0)) packet.free();
}
