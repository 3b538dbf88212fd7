/** The generated stand-ins for the paper's four datasets: their classes and sizes, and what each video will show. */
import { UserError } from "../../errors.js";
import { type Random, random } from "../random.js";
import type { SplitName } from "../types.js";
import { randomLook } from "./actors.js";
import { type ClassScript, HMDB_LIKE, KINETICS_LIKE, MINI_KINETICS_LIKE, UCF_LIKE } from "./classes.js";
import { CLUTTERED, DIFFICULTY, type Difficulty } from "./difficulty.js";
import { PLACES } from "./places.js";
import type { Size } from "./raster.js";
import type { Script } from "./scene.js";

export interface GeneratedDataset {
  readonly name: string;
  readonly title: string;
  readonly classes: readonly ClassScript[];
  /** Videos a class. */
  readonly videos: Readonly<Record<SplitName, number>>;
  readonly difficulty: Difficulty;
  /** Whether an off-style video may also show another class's action: where appearance is what decides. */
  readonly actionVaries: boolean;
  /** Names the streams; a subset has its parent's, and so the parent's very videos. */
  readonly stream: string;
}

const KINETICS_VIDEOS = { train: 24, val: 4, test: 12 };

export const GENERATED: readonly GeneratedDataset[] = [
  {
    name: "ucf-like",
    title: "UCF-like: generated videos in which appearance decides",
    classes: UCF_LIKE,
    videos: { train: 24, val: 8, test: 15 },
    difficulty: DIFFICULTY,
    actionVaries: true,
    stream: "ucf-like",
  },
  {
    name: "hmdb-like",
    title: "HMDB-like: generated videos in which motion and local interplay decide",
    classes: HMDB_LIKE,
    videos: { train: 24, val: 8, test: 15 },
    difficulty: CLUTTERED,
    actionVaries: false,
    stream: "hmdb-like",
  },
  {
    name: "kinetics-like",
    title: "Kinetics-like: generated videos, large and mixed",
    classes: KINETICS_LIKE,
    videos: KINETICS_VIDEOS,
    difficulty: DIFFICULTY,
    actionVaries: false,
    stream: "kinetics-like",
  },
  {
    name: "mini-kinetics-like",
    title: "Mini-Kinetics-like: twelve classes of Kinetics-like",
    classes: MINI_KINETICS_LIKE,
    videos: KINETICS_VIDEOS,
    difficulty: DIFFICULTY,
    actionVaries: false,
    stream: "kinetics-like",
  },
];

/** The declaration of a generated dataset. Throws a UserError that lists the names. */
export function generatedDataset(name: string): GeneratedDataset {
  const found = GENERATED.find((dataset) => dataset.name === name);
  if (found !== undefined) return found;
  const names = GENERATED.map((dataset) => dataset.name).join(", ");
  throw new UserError(`no generated dataset "${name}"; there are ${names}`);
}

/** Pixels of every video. The middle square, which is what most transforms keep, holds the action. */
export const VIDEO_SIZE: Size = { width: 112, height: 84 };

/** Best and worst quality: from hardly to plainly visible losses. */
const QUALITY = { h264: [22, 36], mpeg4: [5, 20] } as const;

/** Videos of one actor at one place; they share a group. */
const VIDEOS_OF_A_GROUP = 2;

/** All that is needed to make one video. JSON-serialisable. */
export interface VideoPlan {
  /** Relative to the dataset's root. */
  readonly path: string;
  readonly split: SplitName;
  readonly label: number;
  readonly group: string;
  /** Names the scene's streams. Begins with `dataset/`: no other user of scenes has such keys. */
  readonly key: string;
  readonly script: Script;
  readonly codec: "h264" | "mpeg4";
  /** Frames a second. */
  readonly fps: number;
  readonly frames: number;
  /** CRF of h264, quantiser of mpeg4; lower is better. */
  readonly crf: number;
}

/**
 * The plans of all videos, split by split, class by class. The seeds of splits, classes and groups are streams of
 * their own: no two splits share one, and a change to one class changes no other.
 */
export function videoPlans(dataset: GeneratedDataset, seed: number): VideoPlan[] {
  const plans: VideoPlan[] = [];
  for (const split of ["train", "val", "test"] as const) {
    for (const [label, script] of dataset.classes.entries()) {
      const slug = script.name.replace(/[^a-z]+/g, "-");
      for (let index = 0; index < dataset.videos[split]; index++) {
        const group = `${split}/${slug}/${String(Math.floor(index / VIDEOS_OF_A_GROUP)).padStart(2, "0")}`;
        const key = `dataset/${dataset.stream}/${seed}/${group}`;
        const rng = random(`${key}/${index}`);
        const codec = index % 2 === 0 ? "h264" : "mpeg4";
        const fps = 12 + rng.integer(5);
        const [best, worst] = QUALITY[codec];
        plans.push({
          path: `${split}/${slug}/${String(index).padStart(3, "0")}.${codec === "h264" ? "mp4" : "avi"}`,
          split,
          label,
          group,
          key: `${key}/${index}`,
          script: scriptOf(dataset, script, random(key)),
          codec,
          fps,
          frames: Math.round(fps * rng.between(1.1, 1.9)),
          crf: Math.round(rng.between(best, worst)),
        });
      }
    }
  }
  return plans;
}

/** Fills what the class leaves open, and now and then swaps what it asks for. */
function scriptOf(dataset: GeneratedDataset, wanted: ClassScript, rng: Random): Script {
  const { offStyle } = dataset.difficulty;
  const look = randomLook(rng);
  const place = rng.pick(PLACES);
  const anyAction = rng.pick(dataset.classes).action;
  const keep = <T>(asked: T | undefined, other: T): T => (asked !== undefined && !rng.chance(offStyle) ? asked : other);
  return {
    action: dataset.actionVaries ? keep(wanted.action, anyAction) : wanted.action,
    look: {
      kind: keep(wanted.kind, look.kind),
      colour: keep(wanted.colour, look.colour),
      texture: keep(wanted.texture, look.texture),
    },
    other: randomLook(rng),
    place: keep(wanted.place, place),
  };
}
