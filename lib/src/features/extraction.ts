/** One extraction under way: which videos have features, which are missing, which cannot be read. */
import { randomInt } from "node:crypto";
import { type ClipOptions, loadClip } from "../data/frames/load.js";
import { loadClips } from "../data/loader/load-clips.js";
import { random } from "../data/random.js";
import type { Sample } from "../data/types.js";
import { sourceIn, sourceName, type VideoRoot } from "../data/video/source.js";
import { messageOf, UserError } from "../errors.js";
import type { FeatureCache, VideoFeature } from "./cache.js";
import { type Content, contentOf, isStill } from "./content.js";
import { encodeViews, type KeptTokens, type Tower } from "./encode.js";
import { FeatureSet } from "./feature-set.js";
import { NoRoomError } from "./store/room.js";

export interface ExtractionTask {
  readonly tower: Tower;
  readonly tokens: KeptTokens;
  readonly root: VideoRoot;
  readonly load: ClipOptions;
  readonly cache: FeatureCache;
  readonly samples: readonly Sample[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

interface Missing {
  readonly sample: Sample;
  readonly content: Content;
}

/** Files that are looked at, or read for their hash, at the same time. */
const FILES_AT_ONCE = 4;

/** A video that is another one each time it is looked at is given up after so many times. */
const TRIES = 3;

export class Extraction {
  /** Videos that the tower was run over. */
  made = 0;
  /** By sample path. */
  private readonly contents = new Map<string, string>();
  private readonly reasons = new Map<string, string>();
  private missing: Missing[] = [];
  private readonly changes = new Map<string, number>();
  /** Videos that nobody has made, as far as is known. */
  private left = 0;

  constructor(private readonly task: ExtractionTask) {}

  /** Finds what there is already. */
  async find(): Promise<void> {
    const { samples, signal } = this.task;
    let next = 0;
    const work = async (): Promise<void> => {
      for (let sample = samples[next++]; sample; sample = samples[next++]) {
        signal?.throwIfAborted();
        await this.look(sample);
        if (this.missing.length === 0) this.progress();
      }
    };
    await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  }

  /** Makes what is missing. */
  async make(): Promise<void> {
    while (this.missing.length > 0) {
      // Processes that want the same videos take them in an order of their own, and leave out what another has made meanwhile.
      const order = random(randomInt(2 ** 31)).shuffle(this.missing);
      this.missing = [];
      const begun: Missing[] = [];
      let at = 0;
      this.left = order.length;
      const { root, load, signal } = this.task;
      const contents = new Map(order.map(({ sample, content }) => [sample.path, content.hash]));
      const clips = loadClips(root, this.stillMissing(order, begun), {
        ...load,
        drawOf: ({ path: name }) => contents.get(name)!,
        ...(signal ? { signal } : {}),
      });
      for await (const clip of clips) {
        const one = begun[at++]!;
        if ("error" in clip) this.reasons.set(one.sample.path, clip.error);
        else await this.keep(one, clip.pixels);
        this.left -= 1;
        this.progress();
      }
      this.progress();
    }
  }

  features(): FeatureSet {
    return new FeatureSet(this.contents, (samplePath, content) => this.read(samplePath, content));
  }

  /** Bytes of the videos' features on the disk; two videos of the same content have the same. */
  bytes(): number {
    let sum = 0;
    for (const content of new Set(this.contents.values())) sum += this.task.cache.bytes(content);
    return sum;
  }

  /** Unreadable videos, in the samples' order. */
  skipped(): readonly { readonly path: string; readonly reason: string }[] {
    return this.task.samples.flatMap(({ path }) => {
      const reason = this.reasons.get(path);
      return reason === undefined ? [] : [{ path, reason }];
    });
  }

  private progress(): void {
    this.task.onProgress?.(this.contents.size + this.reasons.size, this.task.samples.length);
  }

  private async look(sample: Sample): Promise<void> {
    let content: Content;
    try {
      content = await contentOf(sourceIn(this.task.root, sample.path));
    } catch (error) {
      this.reasons.set(sample.path, messageOf(error));
      return;
    }
    if (this.task.cache.has(content.hash)) this.contents.set(sample.path, content.hash);
    else this.missing.push({ sample, content });
  }

  /** The samples whose features nobody has made when their turn comes; `begun` notes which they are. */
  private *stillMissing(order: readonly Missing[], begun: Missing[]): Generator<Sample> {
    for (const one of order) {
      if (this.task.cache.has(one.content.hash)) {
        this.contents.set(one.sample.path, one.content.hash);
        this.left -= 1;
      } else {
        begun.push(one);
        yield one.sample;
      }
    }
  }

  private async keep({ sample, content }: Missing, pixels: Float32Array): Promise<void> {
    const { tower, tokens, root, load, cache } = this.task;
    const feature = await encodeViews(tower, pixels, load.frames, tokens);
    this.made += 1;
    // Hashed some time before it was decoded: what another has put in its place since must not pass for it.
    if (!(await isStill(sourceIn(root, sample.path), content))) return this.again(sample);
    try {
      await cache.write(content.hash, feature);
    } catch (error) {
      throw error instanceof NoRoomError ? error.forAll(this.left - 1) : error;
    }
    this.contents.set(sample.path, content.hash);
  }

  private async again(sample: Sample): Promise<void> {
    const changes = (this.changes.get(sample.path) ?? 0) + 1;
    this.changes.set(sample.path, changes);
    if (changes < TRIES) await this.look(sample);
    else this.reasons.set(sample.path, "the file changes while it is read");
  }

  private async read(samplePath: string, hash: string): Promise<VideoFeature> {
    const { tower, tokens, root, load, cache } = this.task;
    const kept = await cache.read(hash);
    if (kept) return kept;
    const source = sourceIn(root, samplePath);
    const content = await contentOf(source);
    const { pixels } = await loadClip(source, { ...load, draw: hash });
    if (content.hash !== hash || !(await isStill(source, content))) {
      throw new UserError(`${sourceName(source)} is another video than when this run began: run it again`);
    }
    const feature = await encodeViews(tower, pixels, load.frames, tokens);
    await cache.write(hash, feature);
    await cache.close();
    return (await cache.read(hash)) ?? feature;
  }
}
