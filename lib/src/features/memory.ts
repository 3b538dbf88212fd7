/** Features that stay in memory, for runs of one process on the same videos: as many as fit, those used last. */
import type { VideoFeature } from "./cache.js";

export class FeatureMemory {
  private readonly kept = new Map<string, VideoFeature>();
  private bytes = 0;

  /** @param limit bytes of values */
  constructor(private readonly limit: number) {}

  /** The features of a cache file, where they are kept. They must not be written to. */
  get(file: string): VideoFeature | undefined {
    const feature = this.kept.get(file);
    if (feature) {
      this.kept.delete(file);
      this.kept.set(file, feature);
    }
    return feature;
  }

  set(file: string, feature: VideoFeature): void {
    this.forget(file);
    this.kept.set(file, feature);
    this.bytes += sizeOf(feature);
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= this.limit) break;
      this.forget(oldest);
    }
  }

  private forget(file: string): void {
    const feature = this.kept.get(file);
    if (!feature) return;
    this.kept.delete(file);
    this.bytes -= sizeOf(feature);
  }
}

function sizeOf(feature: VideoFeature): number {
  let bytes = 0;
  for (const { data } of feature.values()) bytes += data.byteLength;
  return bytes;
}
