/** What a written video file is: size, rate, codec, container. */
import path from "node:path";
import { UserError } from "../../errors.js";

export interface VideoFormat {
  /** Pixels; even for h264. */
  readonly width: number;
  /** Pixels; even for h264. */
  readonly height: number;
  /** Frames per second. */
  readonly fps: number;
  readonly codec: "h264" | "mpeg4" | "mpeg1video" | "vp9";
  /** Constant quality, lower is better: h264 and vp9, CRF (0 to 51 and 63); mpeg4 and mpeg1video, quantiser (1 to 31). */
  readonly crf?: number;
  /** Bits per second, instead of `crf`. Without either: CRF 23, 31, quantiser 4. */
  readonly bitrate?: number;
  /** Frames from one key frame to the next, at most. Default 12. */
  readonly gop?: number;
  /** Clockwise turn that players are asked to show the pictures with, degrees; the pixels stay. Default 0. */
  readonly rotation?: 0 | 90 | 180 | 270;
  /** When frame i is shown, whole units of 1 / fps; rises with i. Default: i, a constant rate. */
  readonly time?: (index: number) => number;
}

const CONTAINERS: Readonly<Record<string, string>> = {
  ".mp4": "mp4",
  ".avi": "avi",
  ".mkv": "matroska",
  ".webm": "webm",
  ".mpg": "mpeg",
};

/** FFmpeg's encoder and the value of `crf` where nothing is said. */
export const ENCODERS = {
  h264: { name: "libx264", crf: 23, quantiser: false },
  mpeg4: { name: "mpeg4", crf: 4, quantiser: true },
  mpeg1video: { name: "mpeg1video", crf: 4, quantiser: true },
  vp9: { name: "libvpx-vp9", crf: 31, quantiser: false },
} as const;

/** FFmpeg's name of the container that the file's extension asks for. Throws a UserError for another extension. */
export function containerOf(file: string): string {
  const container = CONTAINERS[path.extname(file).toLowerCase()];
  if (container) return container;
  throw new UserError(`cannot write video ${file}: its name must end in ${Object.keys(CONTAINERS).join(", ")}`);
}

/** Throws a UserError for sizes and rates that cannot be encoded. */
export function checkFormat(file: string, { width, height, fps, codec }: VideoFormat): void {
  const natural = (value: number): boolean => Number.isInteger(value) && value > 0;
  if (!natural(width) || !natural(height)) {
    throw new UserError(`cannot write video ${file}: ${width} x ${height} is no size in pixels`);
  }
  if (codec === "h264" && (width % 2 === 1 || height % 2 === 1)) {
    throw new UserError(`cannot write video ${file}: h264 needs an even width and height, not ${width} x ${height}`);
  }
  if (!(fps > 0) || !Number.isFinite(fps)) throw new UserError(`cannot write video ${file}: ${fps} is no frame rate`);
}

/** The frame rate as a fraction, exact to a thousandth; 23.976, 29.97 and 59.94 become the broadcast rates n * 1000 / 1001. */
export function rateOf(fps: number): { num: number; den: number } {
  if (Number.isInteger(fps)) return { num: fps, den: 1 };
  const whole = Math.round((fps * 1001) / 1000);
  if (Math.abs(fps - (whole * 1000) / 1001) < 0.005) return { num: whole * 1000, den: 1001 };
  return { num: Math.round(fps * 1000), den: 1000 };
}
