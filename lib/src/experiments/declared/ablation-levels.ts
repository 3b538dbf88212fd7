/** Which levels of the visual tower are fused, and how many: the deepest quarters, all blocks, and each quarter alone. */
import { ablationTable, type Change } from "../ablation.js";

/** Quarters of the tower, 1 to 4; of 4 blocks each is a block, of 12 the third block of each. */
function quarters(...which: readonly number[]): Change {
  return (layers) => ({ levels: which.map((quarter) => (quarter * layers) / 4) });
}

/** The default is spelt as the kit's own choice, so that its runs are those of table 4. */
const ALL_QUARTERS: Change = { levels: null };

export const ablationLevels = ablationTable({
  id: "ablation-levels",
  title: "Which levels are fused, and how many",
  variants: {
    "last-1": { label: "last quarter's level alone", change: quarters(4) },
    "last-2": { label: "2 levels: last two quarters", change: quarters(3, 4) },
    "last-3": { label: "3 levels: last three quarters", change: quarters(2, 3, 4) },
    "last-4": { label: "4 levels, one a quarter (default)", change: ALL_QUARTERS },
    all: {
      label: "every block",
      change: (layers) => ({ levels: layers === 4 ? null : Array.from({ length: layers }, (_, at) => at + 1) }),
    },
    "only-1": { label: "first quarter's level alone", change: quarters(1) },
    "only-2": { label: "second quarter's level alone", change: quarters(2) },
    "only-3": { label: "third quarter's level alone", change: quarters(3) },
  },
});
