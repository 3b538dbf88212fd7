/**
 * How the official code trains each backbone, as data: what reruns at scale `paper` start from. Values are read from the
 * repositories and papers named in `source`; VgHIF's own recipe is not open.
 */
import type { BackboneGroup } from "./backbone.js";
import { TEMPLATES } from "./templates.js";

/** The training transform of the official pipelines (datasets/build.py of X-CLIP and ViFi-CLIP). */
export interface Augmentation {
  /** Scales of the shorter side that a crop may have, of which height and width differ by one step at most. */
  readonly multiScaleCrop: readonly number[];
  /** Chances of a horizontal flip, of colour jitter, of a grey picture. */
  readonly flip: number;
  readonly colorJitter: number;
  readonly gray: number;
}

export interface OfficialRecipe {
  readonly family: "xclip" | "vificlip";
  readonly setting: "full" | "few-shot" | "few-shot, prompts" | "zero-shot" | "base-to-novel";
  /** What it trains on. */
  readonly datasets: readonly string[];
  readonly epochs: number;
  readonly warmupEpochs: number;
  /** Peak learning rate of CLIP's own parameters. */
  readonly lr: number;
  /** Final learning rate over the peak. */
  readonly minLrRatio: number;
  /** Learning rate of what the family adds, over `lr`. */
  readonly addedLrScale: number;
  readonly weightDecay: number;
  /** 'matrices': no decay of tensors of rank 1, biases and positional embeddings; 'all': everything decays. */
  readonly decay: "all" | "matrices";
  /** Videos a step over all devices. */
  readonly batch: number;
  /** Frames a video; several where several models are published. */
  readonly frames: readonly number[];
  readonly trained: BackboneGroup;
  /** Prompt around a class name. */
  readonly template: string;
  /** Learned prompts of the prompt variant. */
  readonly prompts?: { readonly length: number; readonly depth: number };
  readonly augmentation: Augmentation;
  /** Alphas of mixup and cutmix, and the chance of cutmix; else it is mixup. */
  readonly mixup: number;
  readonly cutmix: number;
  readonly cutmixChance: number;
  /** Videos that one device loads at a time (BATCH_SIZE), which are mixed with each other. */
  readonly videosPerDevice: number;
  readonly labelSmoothing: number;
  /** Temporal clips and spatial crops that are averaged in testing. */
  readonly views: { readonly clips: number; readonly crops: 1 | 3 };
  readonly source: string;
}

const AUGMENTATION: Augmentation = { multiScaleCrop: [1, 0.875, 0.75, 0.66], flip: 0.5, colorJitter: 0.8, gray: 0.2 };

/** What all official X-CLIP and ViFi-CLIP recipes share: AdamW (betas 0.9, 0.98), 5 warm-up epochs, cosine to lr / 100. */
const SHARED = {
  warmupEpochs: 5,
  minLrRatio: 0.01,
  weightDecay: 0.001,
  augmentation: AUGMENTATION,
  mixup: 0.8,
  cutmix: 1,
  cutmixChance: 0.5,
  videosPerDevice: 4,
  labelSmoothing: 0.1,
} as const;

const SINGLE_VIEW = { clips: 1, crops: 1 } as const;
const TWELVE_VIEWS = { clips: 4, crops: 3 } as const;

/** X-CLIP: text tower frozen (and cached), new modules 10 times as fast, bare class names. */
const XCLIP = {
  ...SHARED,
  family: "xclip",
  addedLrScale: 10,
  decay: "matrices",
  trained: "visual",
  template: TEMPLATES.xclip,
} as const;

/** ViFi-CLIP: everything trained as one group that decays as a whole. */
const VIFICLIP = {
  ...SHARED,
  family: "vificlip",
  addedLrScale: 1,
  decay: "all",
  trained: "all",
  template: TEMPLATES.vificlip,
} as const;

export const OFFICIAL_RECIPES: readonly OfficialRecipe[] = [
  {
    ...XCLIP,
    setting: "full",
    datasets: ["kinetics-400", "kinetics-600"],
    epochs: 30,
    lr: 8e-6,
    batch: 256,
    videosPerDevice: 8,
    frames: [8, 16],
    views: TWELVE_VIEWS,
    source: "microsoft/VideoX@1744b21 X-CLIP/utils/config.py, optimizer.py; arXiv 2208.02816, supplement table 1",
  },
  {
    ...XCLIP,
    setting: "few-shot",
    datasets: ["hmdb51", "ucf101"],
    epochs: 50,
    lr: 2e-6,
    batch: 64,
    frames: [32],
    views: SINGLE_VIEW,
    source: "microsoft/VideoX@1744b21 X-CLIP/configs/hmdb51 and ucf101/16_32.yaml; supplement table 1",
  },
  {
    ...XCLIP,
    setting: "zero-shot",
    datasets: ["kinetics-400"],
    epochs: 10,
    lr: 8e-6,
    batch: 256,
    frames: [32],
    views: SINGLE_VIEW,
    source: "arXiv 2208.02816, supplement table 1",
  },
  {
    ...VIFICLIP,
    setting: "full",
    datasets: ["kinetics-400"],
    epochs: 30,
    lr: 2.2e-5,
    batch: 512,
    frames: [16],
    views: TWELVE_VIEWS,
    source: "muzairkhattak/ViFi-CLIP@e2d1948 configs/fully_supervised/k400/16_16_vifi_clip.yaml",
  },
  {
    ...VIFICLIP,
    setting: "few-shot",
    datasets: ["hmdb51", "ucf101"],
    epochs: 50,
    lr: 2e-6,
    batch: 64,
    frames: [32],
    views: SINGLE_VIEW,
    source: "muzairkhattak/ViFi-CLIP@e2d1948 configs/few_shot/finetuning_few_shot",
  },
  {
    ...VIFICLIP,
    setting: "few-shot, prompts",
    datasets: ["hmdb51", "ucf101"],
    epochs: 50,
    lr: 8e-3,
    batch: 64,
    frames: [32],
    trained: "added",
    template: TEMPLATES.vificlipPrompts,
    prompts: { length: 10, depth: 12 },
    views: SINGLE_VIEW,
    source: "muzairkhattak/ViFi-CLIP@e2d1948 configs/few_shot/prompting_few_shot",
  },
  {
    ...VIFICLIP,
    setting: "zero-shot",
    datasets: ["kinetics-400"],
    epochs: 10,
    lr: 8e-6,
    batch: 256,
    frames: [32],
    views: SINGLE_VIEW,
    source: "muzairkhattak/ViFi-CLIP@e2d1948 configs/zero_shot/train/k400/16_16_vifi_clip.yaml",
  },
  {
    ...VIFICLIP,
    setting: "base-to-novel",
    datasets: ["hmdb51"],
    epochs: 11,
    lr: 2e-6,
    batch: 64,
    frames: [32],
    views: SINGLE_VIEW,
    source: "muzairkhattak/ViFi-CLIP@e2d1948 configs/base2novel/finetuning_base2novel/hmdb",
  },
];

/** The official recipe of a family in a setting. Throws an error where none is known. */
export function officialRecipe(family: string, setting: OfficialRecipe["setting"]): OfficialRecipe {
  const recipe = OFFICIAL_RECIPES.find((entry) => entry.family === family && entry.setting === setting);
  if (!recipe) throw new Error(`no official recipe of ${family} for the setting "${setting}"`);
  return recipe;
}
