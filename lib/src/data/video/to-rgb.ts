/** Decoded frames of any pixel format as 8-bit RGB. */
import { checked, type Frame } from "./ffmpeg.js";
import type { OpenVideo } from "./open.js";

/** A converter of decoded frames to packed 8-bit RGB of one size. `free` it once. */
export interface RgbConverter {
  /** `frame` as [height, width, 3] of the converter's size, in a new array; computed on another thread. One call at a time. */
  convert(frame: Frame): Promise<Uint8Array>;
  /** The same, computed on this thread. */
  convertHere(frame: Frame): Uint8Array;
  free(): void;
}

/**
 * The conversion of FFmpeg's `-pix_fmt rgb24`: swscale, bicubic where the chroma or the size differ, the frame's own matrix
 * and range. Frames of another size (a stream may change it) are scaled to `width` x `height`, pixels.
 */
export function rgbConverter({ av }: OpenVideo, width: number, height: number): RgbConverter {
  const scaler = new av.SoftwareScaleContext();
  scaler.allocContext();
  scaler.setOption("sws_flags", "bicubic");
  const begin = (frame: Frame): Frame => {
    // As FFmpeg's scale filter: chroma position and field order do not take part.
    frame.chromaLocation = av.AVCHROMA_LOC_UNSPECIFIED;
    frame.clearFlags(av.AV_FRAME_FLAG_INTERLACED);
    const rgb = new av.Frame();
    rgb.alloc();
    rgb.width = width;
    rgb.height = height;
    rgb.format = av.AV_PIX_FMT_RGB24;
    rgb.colorSpace = av.AVCOL_SPC_RGB;
    rgb.colorRange = av.AVCOL_RANGE_JPEG;
    rgb.colorPrimaries = frame.colorPrimaries;
    rgb.colorTrc = frame.colorTrc;
    return rgb;
  };
  // Default alignment: with tight rows swscale's fast paths leave the last columns unwritten.
  const allocate = (rgb: Frame): number => checked(av, rgb.getBuffer(0), "allocating a picture");
  const done = (code: number): number => checked(av, code, "converting to RGB");
  return {
    async convert(frame) {
      const rgb = begin(frame);
      try {
        allocate(rgb);
        done(await scaler.scaleFrame(rgb, frame));
        return rgb.toBuffer();
      } finally {
        rgb.free();
      }
    },
    convertHere(frame) {
      const rgb = begin(frame);
      try {
        allocate(rgb);
        done(scaler.scaleFrameSync(rgb, frame));
        return rgb.toBuffer();
      } finally {
        rgb.free();
      }
    },
    free: () => scaler.freeContext(),
  };
}
