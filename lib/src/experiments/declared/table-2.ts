/**
 * Table 2: Mini-Kinetics-200, full supervision, every backbone without and with VgHIF. Source of the design: the paper's
 * abstract; its own numbers are not open. Cost: smoke 30 runs, minutes on two CPU cores; paper 18 runs of 30 epochs on GPUs.
 */
import { fullTable } from "../full.js";
import { publishedFull } from "../published.js";
import { MINI_KINETICS } from "./datasets.js";
import { SEEDS } from "./seeds.js";

export const table2 = fullTable({
  id: "table-2",
  title: "Mini-Kinetics-200, full supervision",
  datasets: [MINI_KINETICS],
  seeds: SEEDS,
  published: publishedFull,
});
