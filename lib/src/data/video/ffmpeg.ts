/** FFmpeg's libraries, loaded once and silent: node-av (an ES module) with its constants, and what its numbers mean. */
import { messageOf, UserError } from "../../errors.js";

type Lib = typeof import("node-av/lib", { with: { "resolution-mode": "import" }});
type Constants = typeof import("node-av/constants", { with: { "resolution-mode": "import" }});

export type FormatContext = InstanceType<Lib["FormatContext"]>;
export type CodecContext = InstanceType<Lib["CodecContext"]>;
export type Stream = InstanceType<Lib["Stream"]>;
export type Packet = InstanceType<Lib["Packet"]>;
export type Frame = InstanceType<Lib["Frame"]>;
/** An encoder's name, as FFmpeg lists it. */
export type EncoderName = Parameters<Lib["Codec"]["findEncoderByName"]>[0];

/** Classes, constants, and the error code for "feed or drain me first", which differs between systems. */
export type FFmpeg = Lib & Constants & { readonly EAGAIN: number };

let loaded: Promise<FFmpeg> | undefined;

/** Loads the libraries; FFmpeg's own messages are off for the whole process. UserError where no build fits the system. */
export function ffmpeg(): Promise<FFmpeg> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<FFmpeg> {
  try {
    const [lib, constants] = await Promise.all([import("node-av/lib"), import("node-av/constants")]);
    lib.Log.setLevel(constants.AV_LOG_QUIET);
    return { ...lib, ...constants, EAGAIN: lib.FFmpegError.AVERROR(lib.PosixError.EAGAIN) };
  } catch (error) {
    const system = `${process.platform}-${process.arch}`;
    throw new UserError(
      `cannot load FFmpeg's libraries (package node-av) for ${system}; reinstall with its optional dependencies: ${messageOf(error)}`,
    );
  }
}

/** An FFmpeg call gave a negative code. `message` is FFmpeg's own text. */
export class FFmpegFailure extends Error {}

/** Passes a non-negative result on, throws otherwise. `doing` names the step: "opening the decoder". */
export function checked(av: FFmpeg, code: number, doing: string): number {
  if (code < 0) throw new FFmpegFailure(`${doing}: ${av.FFmpegError.strerror(code)}`);
  return code;
}
