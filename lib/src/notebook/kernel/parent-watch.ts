/**
 * Loaded into a kernel before anything else: when the process that started the kernel is gone, however it ended, the
 * kernel, what it started and the folder of its connection go too.
 */
import { rmSync } from "node:fs";
import path from "node:path";

process.on("disconnect", () => {
  const connectionFile = process.argv.at(-1);
  if (connectionFile !== undefined) rmSync(path.dirname(connectionFile), { recursive: true, force: true });
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.exit(1);
  }
});
process.channel?.unref();
