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

/** An open file. `close` once, whatever happened. */
export interface OpenVideo {
  readonly av: FFmpeg;
  readonly file: string;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly decoder: CodecContext;
  close(): Promise<void>;
}

/** Runs `use` with the opened file and closes it. Failures of FFmpeg in `use` come out as UserErrors too. */
export async function withVideo<T>(file: string, use: (video: OpenVideo) => Promise<T>): Promise<T> {
  await checkFile(file);
  const av = await ffmpeg();
  try {
    const video = await open(av, file);
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

async function checkFile(file: string): Promise<void> {
  let stats: Awaited<ReturnType<typeof stat>>;
  try {
    stats = await stat(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new UserError(`cannot read video ${file}: there is no such file; check the path`);
    }
    throw new UserError(`cannot read video ${file}: ${messageOf(error)}`);
  }
  if (stats.isDirectory()) throw new UserError(`cannot read video ${file}: it is a folder; name a video file in it`);
  if (!stats.isFile()) throw new UserError(`cannot read video ${file}: it is not a regular file; copy it to one first`);
  if (stats.size === 0) throw unreadable(file, "the file is empty");
}

async function open(av: FFmpeg, file: string): Promise<OpenVideo> {
  const format = new av.FormatContext();
  const decoder = new av.CodecContext();
  let opened = false;
  const close = async (): Promise<void> => {
    decoder.freeContext();
    if (opened) await format.closeInput();
  };
  try {
    // The prefix keeps a name such as "http:x.mp4" a file; the list keeps playlists from reaching the network.
    const options = av.Dictionary.fromObject({ protocol_whitelist: "file" });
    try {
      checked(av, await format.openInput(`file:${file}`, null, options), "FFmpeg finds no video in it");
    } finally {
      options.free();
    }
    opened = true;
    checked(av, await format.findStreamInfo(null), "reading the streams");
    const stream = videoStream(av, file, format);
    await openDecoder(av, file, stream, decoder);
    return { av, file, format, stream, decoder, close };
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

async function openDecoder(av: FFmpeg, file: string, stream: Stream, decoder: CodecContext): Promise<void> {
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
  checked(av, await decoder.open2(null, null), "opening the decoder");
}
