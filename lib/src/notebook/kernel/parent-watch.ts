/**
 * Loaded into a kernel before anything else: when the process that started the kernel is gone, however it ended, the
 * kernel and what it started end too.
 */
process.on("disconnect", () => {
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.exit(1);
  }
});
process.channel?.unref();
