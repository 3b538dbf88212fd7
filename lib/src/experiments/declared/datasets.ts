/** The paper's datasets, by their names at each scale, and how accuracy on them is measured. */
import type { FullDataset } from "../full.js";

export const KINETICS: FullDataset = {
  smoke: "kinetics-like",
  paper: "kinetics-400",
  title: "Kinetics-400",
  // The labels of the official test split are not public.
  evaluate: { smoke: "test", paper: "val" },
};

export const MINI_KINETICS: FullDataset = {
  smoke: "mini-kinetics-like",
  paper: "mini-kinetics-200",
  title: "Mini-Kinetics-200",
  evaluate: { smoke: "test", paper: "val" },
};

export const HMDB51 = {
  smoke: "hmdb-like",
  paper: "hmdb51",
  title: "HMDB51",
  splits: 3,
  evaluate: { smoke: "test", paper: "test" },
} as const satisfies FullDataset;

export const UCF101 = {
  smoke: "ucf-like",
  paper: "ucf101",
  title: "UCF101",
  splits: 3,
  evaluate: { smoke: "test", paper: "test" },
} as const satisfies FullDataset;
