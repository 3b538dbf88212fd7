/** Entry of a child process that makes features: its orders are jobs. */
import { serveOrders } from "../worker.js";
import { type FeatureJob, runFeatureJob } from "./job.js";

serveOrders((job, _records, onProgress) =>
  runFeatureJob(job as FeatureJob, {
    onProgress: (done, total) => onProgress({ phase: "features", done, total }),
  }),
);
