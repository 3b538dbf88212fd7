/** The runs behind a table's numbers as a danfojs DataFrame: a line a run, with its cost and where it was computed. */
import type { DataFrame } from "danfojs-node";
import { shortId } from "./id.js";
import type { RecordStore } from "./store.js";
import type { TableResult } from "./table-result.js";

/**
 * A line a run: accuracy in percent, parameters (of the model, trained, of the fusion alone), seconds of training and of
 * evaluation, most memory its process held (MiB).
 *
 * @throws UserError where a record is absent or damaged
 */
export async function runFrame(result: TableResult, store: RecordStore): Promise<DataFrame> {
  const danfo = await import("danfojs-node");
  const lines = result.groups.flatMap((group) =>
    group.rows.flatMap(({ label, cells }) =>
      cells.flatMap((cell, index) =>
        cell.runs.map((id) => {
          const { spec, final, parameters, seconds, peakRssMb, backend, device } = store.read(id);
          const column = group.columns[index]!.label;
          const cost = [parameters.total, parameters.trained, parameters.fusion, seconds.train, seconds.evaluate];
          const accuracy = [final.top1, final.top5, final.n];
          return [
            shortId(id),
            group.dataset,
            label,
            column,
            spec.seed,
            ...accuracy,
            ...cost,
            peakRssMb,
            backend,
            device,
          ];
        }),
      ),
    ),
  );
  const columns = ["run", "dataset", "model", "column", "seed", "top1", "top5", "videos", "parameters", "trained"];
  return new danfo.DataFrame(lines, {
    columns: [...columns, "fusion", "trainSeconds", "evaluateSeconds", "peakMiB", "backend", "device"],
  });
}
