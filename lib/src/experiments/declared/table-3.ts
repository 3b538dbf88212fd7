/**
 * Table 3: HMDB51 and UCF101, full supervision, mean over the 3 official splits at scale `paper`. Source of the design: the
 * paper's abstract; its own numbers are not open. Cost: smoke 60 runs, minutes on two CPU cores; paper 36 runs on GPUs.
 */
import { fullTable } from "../full.js";
import { publishedFull } from "../published.js";
import { HMDB51, UCF101 } from "./datasets.js";
import { SEEDS } from "./seeds.js";

export const table3 = fullTable({
  id: "table-3",
  title: "HMDB51 and UCF101, full supervision",
  datasets: [HMDB51, UCF101],
  seeds: SEEDS,
  published: publishedFull,
});
