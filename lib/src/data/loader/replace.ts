/**
 * The rule for training videos that cannot be read: the next readable one of the same class takes the place, in the order of
 * the list and from its end on at its beginning. The official loaders draw any other video by chance; this depends on the
 * files alone, keeps the classes' shares, and is listed.
 */
import { messageOf, UserError } from "../../errors.js";
import type { Sample } from "../types.js";

/** A video that could not be read, and the one that stood in for it. */
export interface Replaced {
  readonly path: string;
  readonly reason: string;
  readonly replacedBy: string;
}

export class Replacements {
  private readonly classes = new Map<number, Sample[]>();
  private readonly place = new Map<string, number>();
  private readonly reasons = new Map<string, string>();
  private readonly found = new Map<string, Replaced>();

  /** @param samples in the order in which they replace each other */
  constructor(samples: readonly Sample[]) {
    for (const sample of samples) {
      const others = this.classes.get(sample.label) ?? [];
      this.place.set(sample.path, others.length);
      others.push(sample);
      this.classes.set(sample.label, others);
    }
  }

  /** Those that were asked for so far and replaced, in the order in which they were. */
  get replaced(): readonly Replaced[] {
    return [...this.found.values()];
  }

  /**
   * What `read` gives for the sample or, where it throws a UserError, for the one that replaces it. An unreadable file is
   * tried once. Throws a UserError where no video of the class can be read.
   */
  async load<T>(sample: Sample, read: (sample: Sample) => Promise<T>): Promise<T> {
    const others = this.classes.get(sample.label)!;
    const first = this.place.get(sample.path)!;
    for (let step = 0; step < others.length; step++) {
      const candidate = others[(first + step) % others.length]!;
      if (this.reasons.has(candidate.path)) continue;
      try {
        const value = await read(candidate);
        if (step > 0) this.note(sample, candidate);
        return value;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        this.reasons.set(candidate.path, messageOf(error));
      }
    }
    const reason = this.reasons.get(sample.path)!;
    throw new UserError(`none of the ${others.length} training videos of class ${sample.label} can be read: ${reason}`);
  }

  private note({ path }: Sample, by: Sample): void {
    this.found.set(path, { path, reason: this.reasons.get(path)!, replacedBy: by.path });
  }
}
