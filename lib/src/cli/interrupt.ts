/** Exit code of a command that was interrupted, as shells give it. */
const INTERRUPTED = 130;

/**
 * Runs work that Ctrl-C (or a request to end) stops cleanly: it gets a signal, and what it throws after that is not an
 * error. A second Ctrl-C ends the process at once. Returns null where it was interrupted.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>, hint: string): Promise<T | null> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    controller.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    const result = await work(controller.signal);
    if (!controller.signal.aborted) return result;
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
  console.error(`\nvghif: interrupted; ${hint}`);
  process.exitCode = INTERRUPTED;
  return null;
}
