/** What `reproduce` does beside tables: the cost table and the figures, with progress. */
import path from "node:path";
import type { CostResult } from "../experiments/cost/result.js";
import type { DeclaredFigure } from "../experiments/figures.js";
import type { Scale } from "../experiments/spec.js";
import type { RecordStore } from "../experiments/store.js";
import { untilInterrupted } from "./interrupt.js";
import { progressOn } from "./progress.js";

const AGAIN = "run the same command again to go on";

/** Counts and measures what has no record; null where it was interrupted. */
export async function runCostTable(store: RecordStore): Promise<CostResult | null> {
  const { runCost } = await import("../experiments/cost/run.js");
  const progress = progressOn();
  return untilInterrupted(
    (signal) =>
      runCost(store, {
        signal,
        onProgress: (done, total, label) => progress.show("costs", done, total, label),
      }).finally(() => progress.stop()),
    "what was measured is kept: run the same command again to go on",
  );
}

/**
 * Draws figures into `figures/` in the report's folder and says where on stderr; false where it was interrupted. Those that
 * were not `named` and would have to make data or train for long are left out, and said to be.
 */
export async function drawFigures(
  figures: readonly DeclaredFigure[],
  named: readonly string[],
  scale: Scale,
  store: RecordStore,
  report: string | undefined,
): Promise<boolean> {
  const { writeFigures } = await import("../experiments/figures.js");
  const { reportFolder } = await import("../experiments/report/write.js");
  const folder = path.join(report ?? reportFolder(), "figures");
  const drawn: DeclaredFigure[] = [];
  for (const figure of figures) {
    if (named.includes(figure.id) || (await figure.atHand({ scale, store }))) drawn.push(figure);
    else console.error(`${figure.id}: left out, its data or weights are not here; name it to draw it all the same`);
  }
  if (drawn.length === 0) return true;
  const progress = progressOn();
  const files = await untilInterrupted(async (signal) => {
    const written: string[] = [];
    for (const [index, figure] of drawn.entries()) {
      signal.throwIfAborted();
      progress.show("figures", index, drawn.length, figure.id);
      written.push(...(await writeFigures([figure], { scale, store, run: { signal } }, folder)));
    }
    progress.show("figures", drawn.length, drawn.length);
    return written;
  }, AGAIN).finally(() => progress.stop());
  for (const file of files ?? []) console.error(`figure: ${file}`);
  return files !== null;
}
