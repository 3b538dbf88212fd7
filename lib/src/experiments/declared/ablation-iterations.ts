/** Passes over the hierarchy, in which order, with one set of fusion weights or one a level. */
import { ablationTable } from "../ablation.js";

const ORDERS = ["shallow-to-deep", "deep-to-shallow"] as const;
const PASSES = [1, 2, 3] as const;

export const ablationIterations = ablationTable({
  id: "ablation-iterations",
  title: "Passes over the hierarchy, order and weight sharing",
  variants: {
    none: { label: "0 passes", change: { iterations: 0 } },
    ...Object.fromEntries(
      [false, true].flatMap((share) =>
        ORDERS.flatMap((order) =>
          PASSES.map((iterations) => {
            const passes = `${iterations} ${iterations === 1 ? "pass" : "passes"}`;
            const label = `${passes}, ${order.replaceAll("-", " ")}, weights ${share ? "shared by levels" : "per level"}`;
            const change = { iterations, order, share };
            const isDefault = iterations === 1 && order === ORDERS[0] && !share;
            return [
              `${iterations}-${order}-${share ? "shared" : "own"}`,
              { label: isDefault ? `${label} (default)` : label, change },
            ] as const;
          }),
        ),
      ),
    ),
  },
});
