/**
 * Table 4: few-shot action recognition, K = 2, 4, 8, 16 videos a class. Source of the design: the paper's abstract
 * (few-shot setting, HMDB51 and UCF101, top-1 against the same model without VgHIF); the paper's own numbers are not
 * open, so no row here is the paper's.
 *
 * Cost: smoke 80 runs, minutes on two CPU cores; paper 48 runs of 50 epochs on a GPU.
 */
import { fewShotTable } from "./few-shot.js";
import { publishedFewShot } from "./published.js";

export const table4 = fewShotTable({
  id: "table-4",
  title: "Few-shot action recognition",
  datasets: [
    { smoke: "hmdb-like", paper: "hmdb51" },
    { smoke: "ucf-like", paper: "ucf101" },
  ],
  shots: [2, 4, 8, 16],
  seeds: { smoke: [0, 1, 2, 3, 4], paper: [0, 1, 2] },
  published: publishedFewShot,
});
