/** Records of the two sides of a comparison, paired seed by seed and video by video. */
import type { PairedRun, PairedVideos } from "./bootstrap.js";
import type { RunRecord } from "./record.js";

/** One pair a seed that both sides have, in the treatment's order. */
export function pairRuns(
  metric: "top1" | "top5",
  baseline: readonly RunRecord[],
  treatment: readonly RunRecord[],
): readonly PairedRun[] {
  const bySeed = new Map(baseline.map((record) => [record.spec.seed, record]));
  return treatment.flatMap((treated) => {
    const { seed } = treated.spec;
    const base = bySeed.get(seed);
    if (!base) return [];
    const videos = pairVideos(metric, base, treated);
    return [{ seed, baseline: base.final[metric], treatment: treated.final[metric], videos }];
  });
}

function pairVideos(metric: "top1" | "top5", baseline: RunRecord, treatment: RunRecord): PairedVideos | null {
  const base = rightByPath(metric, baseline);
  const treated = rightByPath(metric, treatment);
  if (base === null || treated === null || base.size !== treated.size) return null;
  const paths = [...base.keys()].sort();
  if (!paths.every((path) => treated.has(path))) return null;
  const gains = Int8Array.from(paths, (path) => Number(treated.get(path)) - Number(base.get(path)));
  return { set: [baseline.spec.dataset, ...paths].join("\n"), gains };
}

/** Which videos the run got right; null where the record does not hold each scored video once. */
function rightByPath(metric: "top1" | "top5", { predictions, final }: RunRecord): ReadonlyMap<string, boolean> | null {
  const right = new Map<string, boolean>();
  for (const [path, label, best] of predictions) {
    right.set(path, metric === "top1" ? best[0] === label : best.includes(label));
  }
  return right.size === final.n && right.size > 0 ? right : null;
}
