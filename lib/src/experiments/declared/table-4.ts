/**
 * Table 4: few-shot action recognition, K = 2, 4, 8, 16 videos a class. Source of the design: the paper's abstract
 * (few-shot setting, HMDB51 and UCF101, top-1 against the same model without VgHIF); the paper's own numbers are not
 * open, so no row here is the paper's.
 *
 * Cost: smoke 240 runs, minutes on two CPU cores; paper 144 runs of 50 epochs on a GPU.
 */
import { BACKBONES } from "../compared.js";
import { fewShotTable } from "../few-shot.js";
import { publishedFewShot } from "../published.js";
import { HMDB51, UCF101 } from "./datasets.js";
import { SEEDS } from "./seeds.js";

export const table4 = fewShotTable({
  id: "table-4",
  title: "Few-shot action recognition",
  models: BACKBONES,
  datasets: [HMDB51, UCF101],
  shots: [2, 4, 8, 16],
  seeds: SEEDS,
  published: publishedFewShot,
});
