/** The features of a dataset's videos: named here, read from the disk when they are wanted, so that they need not fit in memory. */
import type { VideoFeature } from "./cache.js";

export class FeatureSet {
  /**
   * @param contents of every video that there are features of, by sample path
   * @param readContent the features of a content; makes them again where they are no longer there
   */
  constructor(
    private readonly contents: ReadonlyMap<string, string>,
    private readonly readContent: (samplePath: string, content: string) => Promise<VideoFeature>,
  ) {}

  get size(): number {
    return this.contents.size;
  }

  has(samplePath: string): boolean {
    return this.contents.has(samplePath);
  }

  /** Sample paths, in no order. */
  paths(): readonly string[] {
    return [...this.contents.keys()];
  }

  /**
   * The features of one video; of several views together (`encodeViews`). They are shared: not to be written to. What was damaged
   * or removed since is made again.
   *
   * @throws UserError where that fails
   */
  async read(samplePath: string): Promise<VideoFeature> {
    const content = this.contents.get(samplePath);
    if (content === undefined) throw new Error(`there are no features of "${samplePath}"`);
    return this.readContent(samplePath, content);
  }
}
