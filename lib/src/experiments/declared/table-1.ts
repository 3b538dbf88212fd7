/**
 * Table 1: Kinetics-400, full supervision, every backbone without and with VgHIF. Source of the design: the paper's abstract;
 * its own numbers are not open. Cost: smoke 30 runs, minutes on two CPU cores; paper 18 runs of 30 epochs on GPUs.
 */
import { fullTable } from "../full.js";
import { publishedFull } from "../published.js";
import { KINETICS } from "./datasets.js";
import { SEEDS } from "./seeds.js";

export const table1 = fullTable({
  id: "table-1",
  title: "Kinetics-400, full supervision",
  datasets: [KINETICS],
  seeds: SEEDS,
  published: publishedFull,
});
