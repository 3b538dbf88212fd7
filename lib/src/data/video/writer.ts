/** An encoder and the container it writes to, one frame at a time. */
import {
  type CodecContext,
  checked,
  type EncoderName,
  type FFmpeg,
  FFmpegFailure,
  type FormatContext,
  type Frame,
  type Stream,
} from "./ffmpeg.js";
import { ENCODERS, rateOf, type VideoFormat } from "./format.js";
import { displayMatrix } from "./rotation.js";

/** An open output file. `add` each frame, `finish` once; `close` in any case. */
export interface VideoWriter {
  /** Encodes one picture, 8-bit RGB [height, width, 3]. Throws a RangeError for another number of bytes. */
  add(picture: Uint8Array): Promise<void>;
  /** Encodes what is still held back and completes the file. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

/** Opens `file` in FFmpeg's format `container`. Throws an FFmpegFailure where the parts do not fit together. */
export async function openWriter(
  av: FFmpeg,
  file: string,
  container: string,
  format: VideoFormat,
): Promise<VideoWriter> {
  const output = new av.FormatContext();
  const encoder = new av.CodecContext();
  const scaler = new av.SoftwareScaleContext();
  let opened = false;
  const close = async (): Promise<void> => {
    scaler.freeContext();
    encoder.freeContext();
    if (opened) await output.closeOutput();
    output.freeContext();
  };
  try {
    checked(av, output.allocOutputContext2(null, container, `file:${file}`), `choosing the container ${container}`);
    output.setFlags(av.AVFMT_FLAG_BITEXACT);
    const globalHeader = output.oformat?.hasFlags(av.AVFMT_GLOBALHEADER) ?? false;
    await openEncoder(av, encoder, format, globalHeader);
    const stream = addStream(av, output, encoder, format);
    checked(av, await output.openOutput(), "creating the file (does its folder exist?)");
    opened = true;
    checked(av, await output.writeHeader(null), `putting ${format.codec} into ${container}`);
    scaler.allocContext();
    scaler.setOption("sws_flags", "bicubic+accurate_rnd+bitexact");
    const write = packetWriter(av, output, encoder, stream);
    let index = 0;
    return {
      async add(picture) {
        const frame = yuvFrame(av, format, picture, (yuv, rgb) => scaler.scaleFrameSync(yuv, rgb));
        try {
          frame.pts = BigInt(format.time ? format.time(index) : index);
          index++;
          checked(av, await encoder.sendFrame(frame), "encoding a frame");
        } finally {
          frame.free();
        }
        write();
      },
      async finish() {
        checked(av, await encoder.sendFrame(null), "encoding the last frames");
        write();
        checked(av, await output.writeTrailer(), "completing the file");
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openEncoder(
  av: FFmpeg,
  encoder: CodecContext,
  format: VideoFormat,
  globalHeader: boolean,
): Promise<void> {
  const { name, crf, quantiser } = ENCODERS[format.codec];
  const rate = rateOf(format.fps);
  const codec = av.Codec.findEncoderByName(name as EncoderName);
  if (!codec) throw new FFmpegFailure(`this build of FFmpeg has no encoder ${name}`);
  encoder.allocContext3(codec);
  encoder.width = format.width;
  encoder.height = format.height;
  encoder.pixelFormat = av.AV_PIX_FMT_YUV420P;
  encoder.timeBase = new av.Rational(rate.den, rate.num);
  encoder.framerate = new av.Rational(rate.num, rate.den);
  encoder.gopSize = format.gop ?? 12;
  encoder.threadCount = 1;
  encoder.setFlags(av.AV_CODEC_FLAG_BITEXACT);
  if (globalHeader) encoder.setFlags(av.AV_CODEC_FLAG_GLOBAL_HEADER);
  const options: Record<string, string | number> = {};
  // Macroblock-tree rate control gives other bytes on about every third run: x264's assembly reads what nobody wrote.
  if (name === "libx264") Object.assign(options, { preset: "superfast", mbtree: 0 });
  if (name === "libvpx-vp9") options.deadline = "realtime";
  if (format.bitrate !== undefined) {
    encoder.bitRate = BigInt(Math.round(format.bitrate));
  } else if (quantiser) {
    encoder.setFlags(av.AV_CODEC_FLAG_QSCALE);
    encoder.globalQuality = Math.round((format.crf ?? crf) * av.FF_QP2LAMBDA);
  } else {
    options.crf = format.crf ?? crf;
  }
  const dictionary = av.Dictionary.fromObject(options);
  try {
    checked(av, await encoder.open2(codec, dictionary), `opening the encoder ${name}`);
  } finally {
    dictionary.free();
  }
}

function addStream(av: FFmpeg, output: FormatContext, encoder: CodecContext, format: VideoFormat): Stream {
  const stream = output.newStream(null);
  checked(av, stream.codecpar.fromContext(encoder), "describing the stream");
  stream.timeBase = encoder.timeBase;
  stream.avgFrameRate = encoder.framerate;
  if (format.rotation) {
    const matrix = Buffer.from(displayMatrix(format.rotation).buffer);
    checked(av, stream.codecpar.addCodedSideData(av.AV_PKT_DATA_DISPLAYMATRIX, matrix), "noting the rotation");
  }
  return stream;
}

/** A new yuv420p frame with the picture's content; the caller frees it. */
function yuvFrame(
  av: FFmpeg,
  { width, height }: VideoFormat,
  picture: Uint8Array,
  scale: (yuv: Frame, rgb: Frame) => number,
): Frame {
  if (picture.length !== width * height * 3) {
    throw new RangeError(`a frame has ${picture.length} bytes; ${width} x ${height} RGB has ${width * height * 3}`);
  }
  const bytes = Buffer.from(picture.buffer, picture.byteOffset, picture.length);
  const rgb = av.Frame.fromVideoBuffer(bytes, { width, height, format: av.AV_PIX_FMT_RGB24 });
  const yuv = new av.Frame();
  yuv.alloc();
  try {
    yuv.width = width;
    yuv.height = height;
    yuv.format = av.AV_PIX_FMT_YUV420P;
    checked(av, yuv.getBuffer(0), "allocating a picture");
    checked(av, scale(yuv, rgb), "converting from RGB");
    return yuv;
  } catch (error) {
    yuv.free();
    throw error;
  } finally {
    rgb.free();
  }
}

/** Moves every packet that the encoder has ready to the file. */
function packetWriter(av: FFmpeg, output: FormatContext, encoder: CodecContext, stream: Stream): () => void {
  return () => {
    const packet = new av.Packet();
    packet.alloc();
    try {
      while (encoder.receivePacketSync(packet) >= 0) {
        packet.streamIndex = stream.index;
        // One tick of the encoder's clock: containers that store durations need it for the last frame.
        if (packet.duration === 0n) packet.duration = 1n;
        packet.rescaleTs(encoder.timeBase, stream.timeBase);
        checked(av, output.interleavedWriteFrameSync(packet), "writing the file");
      }
    } finally {
      packet.free();
    }
  };
}
