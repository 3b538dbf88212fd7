/**
 * Table 5: against the state of the art. Its runs are those of tables 1 to 3 (same specs, same records), so that all of ours
 * under full supervision stand on one page, with what others published beside them. The paper's own numbers are not open.
 */
import { fullTable } from "../full.js";
import { publishedStateOfTheArt } from "../published.js";
import { HMDB51, KINETICS, MINI_KINETICS, UCF101 } from "./datasets.js";
import { SEEDS } from "./seeds.js";

export const table5 = fullTable({
  id: "table-5",
  title: "Against the state of the art, full supervision",
  datasets: [KINETICS, MINI_KINETICS, HMDB51, UCF101],
  seeds: SEEDS,
  published: publishedStateOfTheArt,
});
