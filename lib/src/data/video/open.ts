/** Opens the video stream of a file and its decoder. Everything that is wrong with the file becomes one UserError. */
import { stat } from "node:fs/promises";
import { messageOf, UserError } from "../../errors.js";
import {
  type CodecContext,
  checked,
  type FFmpeg,
  FFmpegFailure,
  type FormatContext,
  ffmpeg,
  type Stream,
} from "./ffmpeg.js";
import { sourceName, type TarMember } from "./source.js";

/** An open file. `close` once, whatever happened. */
export interface OpenVideo {
  readonly av: FFmpeg;
  /** How messages name it. */
  readonly file: string;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: CodecContext;
  /** Whether FFmpeg works on the calling thread alone: for a worker, which may be ended only while no thread works for it. */
  readonly blocking: boolean;
  close(): Promise<void>;
}

/**
 * Runs `use` with the opened file, or tar member, and closes it. Failures of FFmpeg in `use` come out as UserErrors too.
 * `blocking`: see `OpenVideo`; else FFmpeg works on threads of its own.
 */
export async function withVideo<T>(
  source: string | TarMember,
  use: (video: OpenVideo) => Promise<T>,
  blocking = false,
): Promise<T> {
  const file = sourceName(source);
  await checkFile(source);
  const av = await ffmpeg();
  try {
    const video = await open(av, source, blocking);
    try {
      return await use(video);
    } finally {
      await video.close();
    }
  } catch (error) {
    if (error instanceof FFmpegFailure) throw unreadable(file, error.message);
    throw error;
  }
}

/** The error for a file that cannot be used as a video. */
export function unreadable(file: string, why: string): UserError {
  return new UserError(`cannot read video ${file}: ${why}; check that the file is complete, or leave it out`);
}

async function checkFile(source: string | TarMember): Promise<void> {
  const file = sourceName(source);
  let stats: Awaited<ReturnType<typeof stat>>;
  try {
    stats = await stat(typeof source === "string" ? source : source.tar);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new UserError(`cannot read video ${file}: there is no such file; check the path`);
    }
    throw new UserError(`cannot read video ${file}: ${messageOf(error)}`);
  }
  if (stats.isDirectory()) throw new UserError(`cannot read video ${file}: it is a folder; name a video file in it`);
  if (!stats.isFile()) throw new UserError(`cannot read video ${file}: it is not a regular file; copy it to one first`);
  const bytes = typeof source === "string" ? stats.size : source.bytes;
  if (bytes === 0) throw unreadable(file, "the file is empty");
  if (typeof source !== "string" && source.offset + bytes > stats.size)
    throw unreadable(file, "the archive ends before it");
}

/** The address for FFmpeg and the protocols it may use: they keep playlists from reaching the network. */
function addressOf(source: string | TarMember): { url: string; protocols: string } {
  // The prefix keeps a name such as "http:x.mp4" a file.
  if (typeof source === "string") return { url: `file:${source}`, protocols: "file" };
  const { tar, offset, bytes } = source;
  return { url: `subfile,,start,${offset},end,${offset + bytes},,:file:${tar}`, protocols: "file,subfile" };
}

async function open(av: FFmpeg, source: string | TarMember, blocking: boolean): Promise<OpenVideo> {
  const file = sourceName(source);
  const { url, protocols } = addressOf(source);
  const format = new av.FormatContext();
  const decoder = new av.CodecContext();
  let opened = false;
  const close = async (): Promise<void> => {
    decoder.freeContext();
    if (!opened) return;
    if (blocking) format.closeInputSync();
    else await format.closeInput();
  };
  try {
    const options = av.Dictionary.fromObject({ protocol_whitelist: protocols });
    try {
      const code = blocking ? format.openInputSync(url, null, options) : await format.openInput(url, null, options);
      checked(av, code, "FFmpeg finds no video in it");
    } finally {
      options.free();
    }
    opened = true;
    const found = blocking ? format.findStreamInfoSync(null) : await format.findStreamInfo(null);
    checked(av, found, "reading the streams");
    const stream = videoStream(av, file, format);
    openDecoder(av, file, stream, decoder);
    return { av, file, format, stream, decoder, blocking, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The stream FFmpeg would play; a cover picture is none. */
function videoStream(av: FFmpeg, file: string, format: FormatContext): Stream {
  const index = format.findBestStream(av.AVMEDIA_TYPE_VIDEO);
  const stream = index < 0 ? undefined : format.streams[index];
  if (!stream || stream.hasDisposition(av.AV_DISPOSITION_ATTACHED_PIC)) {
    throw new UserError(`cannot read video ${file}: it holds no video stream; give a file with pictures`);
  }
  return stream;
}

function openDecoder(av: FFmpeg, file: string, stream: Stream, decoder: CodecContext): void {
  const { codecId } = stream.codecpar;
  const codec = av.Codec.findDecoder(codecId);
  if (!codec) {
    const name = `${av.avGetCodecName(codecId) ?? "unknown"}, tag ${stream.codecpar.codecTagString ?? "none"}`;
    throw new UserError(`cannot read video ${file}: its codec (${name}) is not supported; convert it to H.264`);
  }
  decoder.allocContext3(codec);
  checked(av, decoder.parametersToContext(stream.codecpar), "setting the decoder up");
  decoder.pktTimebase = stream.timeBase;
  // Videos are decoded side by side, so that one thread each uses every core and keeps memory low.
  decoder.threadCount = 1;
  checked(av, decoder.open2Sync(null, null), "opening the decoder");
}
