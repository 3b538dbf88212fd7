/** What a command is doing, on standard error: one line that changes on a terminal, else a line every few seconds. */

/** Time between lines where standard error is no terminal, in ms. */
const INTERVAL = 5000;

/** Shows progress. */
export interface ProgressLine {
  /** What is being done now. */
  show(text: string): void;
  /** A line that stays. */
  keep(text: string): void;
  /** Takes away what `show` left. */
  clear(): void;
}

/** Progress on standard error. */
export function progressLine(): ProgressLine {
  const { stderr } = process;
  let last = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write("\r\x1b[K");
  };
  return {
    show: (text) => {
      if (stderr.isTTY) stderr.write(`\r\x1b[K${text.slice(0, stderr.columns - 1)}`);
      else if (performance.now() - last >= INTERVAL) {
        last = performance.now();
        stderr.write(`${text}\n`);
      }
    },
    keep: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    clear,
  };
}
