/** Decoded frames of any pixel format as 8-bit RGB. */
import { checked, type Frame } from "./ffmpeg.js";
import type { OpenVideo } from "./open.js";

/** A converter of decoded frames to packed 8-bit RGB of one size. `free` it once. */
export interface RgbConverter {
  /** Writes `frame` as [height, width, 3] of the converter's size into a new array. */
  convert(frame: Frame): Promise<Uint8Array>;
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
  return {
    async convert(frame) {
      // As FFmpeg's scale filter: chroma position and field order do not take part.
      frame.chromaLocation = av.AVCHROMA_LOC_UNSPECIFIED;
      frame.clearFlags(av.AV_FRAME_FLAG_INTERLACED);
      const rgb = new av.Frame();
      rgb.alloc();
      try {
        rgb.width = width;
        rgb.height = height;
        rgb.format = av.AV_PIX_FMT_RGB24;
        rgb.colorSpace = av.AVCOL_SPC_RGB;
        rgb.colorRange = av.AVCOL_RANGE_JPEG;
        rgb.colorPrimaries = frame.colorPrimaries;
        rgb.colorTrc = frame.colorTrc;
        // Default alignment: with tight rows swscale's fast paths leave the last columns unwritten.
        checked(av, rgb.getBuffer(0), "allocating a picture");
        checked(av, await scaler.scaleFrame(rgb, frame), "converting to RGB");
        return rgb.toBuffer();
      } finally {
        rgb.free();
      }
    },
    free: () => scaler.freeContext(),
  };
}
