/** Few-shot training sets: K videos of every class, drawn by seed, or as somebody published them. */
import { UserError } from "../errors.js";
import type { StoredDataset } from "./manifest.js";
import { random } from "./random.js";
import type { Sample } from "./types.js";

/** Who publishes few-shot lists that an import knows. */
export const FEW_SHOT_LISTS = ["vifi-clip"] as const;
export type FewShotLists = (typeof FEW_SHOT_LISTS)[number];

/**
 * The training videos of a few-shot run: our own draw by seed, or a published list of that many videos a class, which is the same
 * for every seed. Lists of different K are independent draws: none is cut from another.
 *
 * @param lists whose lists; default: our own draws
 * @throws      UserError where the dataset has no such list, or too few videos to draw from
 */
export function fewShotTraining(
  dataset: StoredDataset,
  shots: number,
  seed: number,
  lists?: FewShotLists,
): readonly Sample[] {
  const { name, splits, classes, fewShot = {} } = dataset;
  if (lists === undefined) return drawShots(splits.train ?? [], classes, shots, seed);
  const list = fewShot[`${lists}-${shots}`];
  if (list) return list;
  const known = Object.keys(fewShot).join(", ");
  throw new UserError(
    `dataset "${name}" has no few-shot list "${lists}-${shots}", but ${known === "" ? "none" : `only ${known}`}; ViFi-CLIP's are of ` +
      "split 1 of HMDB51 and UCF101: vghif data import hmdb51 --lists FOLDER, then dataset hmdb51-1",
  );
}

/**
 * Draws `shots` videos of each class. The same seed gives the same draw whatever the order of `samples`, and the draw
 * of K videos is part of the draw of any more (2 in 4 in 8 in 16). Where samples have groups, a class takes one video
 * of every group before it takes a second of any: K videos come from as many recordings as there are.
 *
 * @param classes names in label order; they name a class's stream, so that a class's draw does not depend on the others
 * @param shots   videos a class, at least 1
 * @returns       classes.length * shots samples, by label, in the order drawn
 * @throws        UserError where a class has fewer videos than that
 * Ours: the published few-shot lists are fixed draws without a program.
 */
export function drawShots(
  samples: readonly Sample[],
  classes: readonly string[],
  shots: number,
  seed: number,
): Sample[] {
  if (!Number.isInteger(shots) || shots < 1) {
    throw new UserError(`shots must be a whole number of at least 1, not ${shots}`);
  }
  const ofClass: Sample[][] = classes.map(() => []);
  for (const sample of samples) ofClass[sample.label]?.push(sample);
  return classes.flatMap((name, label) => {
    const available = ofClass[label] ?? [];
    if (available.length < shots) {
      throw new UserError(
        `class "${name}" has ${available.length} training video${available.length === 1 ? "" : "s"}, fewer than the ` +
          `${shots} shots asked for: ask for fewer shots or add videos of it`,
      );
    }
    return drawOrder(available, `few-shot/${seed}/${name}`).slice(0, shots);
  });
}

/** All samples of one class in the order they are drawn: a round over the groups, again and again. */
function drawOrder(samples: readonly Sample[], key: string): Sample[] {
  const rng = random(key);
  const sorted = [...samples].sort((a, b) => (a.path < b.path ? -1 : 1));
  const groups = new Map<string, Sample[]>();
  for (const sample of rng.shuffle(sorted)) {
    const group = sample.group ?? `alone/${sample.path}`;
    groups.set(group, [...(groups.get(group) ?? []), sample]);
  }
  const queues = [...groups.values()];
  const order: Sample[] = [];
  for (let round = 0; order.length < samples.length; round++) {
    for (const queue of queues) {
      const sample = queue[round];
      if (sample !== undefined) order.push(sample);
    }
  }
  return order;
}
