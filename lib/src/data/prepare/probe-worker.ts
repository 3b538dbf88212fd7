/** A process of its own that probes videos for `probe-pool.ts`: a task comes in, the facts go back. */
import { messageOf } from "../../errors.js";
import { type ProbeTask, probe } from "./probe.js";

// Ctrl-C reaches the whole group of processes; the one that was asked decides, and hangs up.
process.on("SIGINT", () => {});

process.on("message", (task: ProbeTask) => {
  probe(task).then(
    (facts) => answer(facts),
    (error: unknown) => answer({ hash: null, frames: null, error: messageOf(error), damage: null }),
  );
});

process.on("disconnect", () => process.exit(0));

function answer(facts: Awaited<ReturnType<typeof probe>>): void {
  if (process.connected) process.send?.(facts);
}
