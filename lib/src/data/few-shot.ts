/** Few-shot training sets: K videos of every class, drawn by seed. */
import { UserError } from "../errors.js";
import { random } from "./random.js";
import type { Sample } from "./types.js";

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
