import os from "node:os";
import { UserError } from "../errors.js";

/** Threads for computing: `VGHIF_THREADS`, else the cores that this process may use. */
export function wantedThreads(): number {
  const text = process.env.VGHIF_THREADS;
  if (!text) return os.availableParallelism();
  const threads = Number(text);
  if (!Number.isInteger(threads) || threads < 1) {
    throw new UserError(`VGHIF_THREADS is "${text}": set it to a whole number from 1 on`);
  }
  return threads;
}
