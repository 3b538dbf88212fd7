/** The few-shot table of one dataset of the user's choice, checked before anything runs. */
import { type FewShotLists, fewShotTraining } from "../data/few-shot.js";
import { GENERATED } from "../data/generated/datasets.js";
import { findDataset } from "../data/manifest-find.js";
import type { FamilyName } from "../models/families.js";
import { type FewShotTable, fewShotTable } from "./few-shot.js";
import { ownRecipe } from "./recipes.js";

/**
 * Declares the comparison at the family's smoke recipe, on the user's own videos with longer training.
 *
 * @param dataset name or folder of a dataset; a generated one need not have been made yet
 * @param shots videos a class, one column each
 * @param seeds how many, from 0 on
 * @param weights default: the recipe's
 * @param model the baseline's family; default "clip"
 * @param lists published lists that the shots come from; default: our own draws, one a seed
 * @throws UserError where there is no such dataset, or a class has fewer training videos than the most shots, or there are no such lists
 */
export function fewShotOn<Model extends FamilyName = "clip">(
  dataset: string,
  shots: readonly number[],
  seeds: number,
  weights?: string,
  model = "clip" as Model,
  lists?: FewShotLists,
): FewShotTable<Model> {
  const generated = GENERATED.some(({ name }) => name === dataset);
  if (!generated) {
    const found = findDataset(dataset);
    for (const k of [...shots].sort((a, b) => b - a)) fewShotTraining(found, k, 0, lists);
  }
  const all = Array.from({ length: seeds }, (_, seed) => seed);
  return fewShotTable({
    id: "few-shot",
    models: [model],
    title: `Few-shot action recognition on ${dataset}`,
    datasets: [{ smoke: dataset, paper: dataset }],
    shots: [...new Set(shots)].sort((a, b) => a - b),
    seeds: { smoke: all, paper: all },
    ...(lists === undefined ? {} : { lists }),
    change: { ...(generated ? {} : { train: ownRecipe(model).train }), ...(weights === undefined ? {} : { weights }) },
  });
}
