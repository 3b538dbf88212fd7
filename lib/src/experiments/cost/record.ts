/** What counting or measuring a cost leaves behind: `records/cost-<id>.json`. The table derives from these alone. */
import { z } from "zod";
import { hashed, type SideKind } from "../side-record.js";
import type { Interval } from "../statistics.js";
import type { Count } from "./count.js";
import type { MedianSummary } from "./median.js";
import { type CostSpec, costId } from "./spec.js";

/** The baseline and its twin with VgHIF. */
export interface Sides<T> {
  readonly baseline: T;
  readonly vghif: T;
}

/** Percent that the twin has or takes more. */
export function morePercent({ baseline, vghif }: Sides<number>): number {
  return 100 * (vghif / baseline - 1);
}

export interface MeasuredCost {
  readonly backend: string;
  readonly device: string;
  readonly threads: number;
  /** Milliseconds a video, over the rounds. */
  readonly milliseconds: Sides<MedianSummary>;
  /** Percent that the twin takes longer, round by round, so that what slows both leaves it alone. */
  readonly slowdown: MedianSummary;
  /** Most memory that a process held which only loads and runs the model, MiB; over the processes. */
  readonly peakRssMb: Sides<MedianSummary>;
}

export interface CostRecord {
  readonly id: string;
  readonly spec: CostSpec;
  readonly counts: Sides<Count>;
  /** null: counted alone. */
  readonly measured: MeasuredCost | null;
  readonly package: string;
  readonly node: string;
  /** ISO 8601, UTC. */
  readonly finished: string;
}

const positive = z.int().positive();

function sides<T>(schema: z.ZodType<T>): z.ZodType<Sides<T>> {
  return z.object({ baseline: schema, vghif: schema });
}

const summary: z.ZodType<MedianSummary> = z.object({
  n: positive,
  median: z.number(),
  interval: z.tuple([z.number(), z.number()]).nullable() as z.ZodType<Interval | null>,
});

export const COST: SideKind<CostRecord> = {
  name: "cost",
  idOf: ({ spec }) => costId(spec),
  schema: z.object({
    id: z.string(),
    spec: hashed<CostSpec>(),
    counts: sides(z.object({ parameters: positive, multiplyAccumulates: positive })),
    measured: z
      .object({
        backend: z.string(),
        device: z.string(),
        threads: positive,
        milliseconds: sides(summary),
        slowdown: summary,
        peakRssMb: sides(summary),
      })
      .nullable(),
    package: z.string(),
    node: z.string(),
    finished: z.string(),
  }),
};
