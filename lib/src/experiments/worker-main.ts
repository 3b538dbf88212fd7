/** Entry of a sweep's child process. */
import { serveRuns } from "./worker.js";

serveRuns();
