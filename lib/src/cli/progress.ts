/** Progress on stderr: a bar on a terminal, else a line every few seconds. */
import { SingleBar } from "cli-progress";
import type { SweepState } from "../experiments/sweep.js";

export interface Progress {
  /** Shows where `title` stands; another title begins another bar. */
  show(title: string, done: number, total: number, note?: string): void;
  /** Ends the bar that is shown, leaving it on the screen. */
  stop(): void;
}

/** Width of the bar itself, in characters. */
const BAR = 16;

/** Without a terminal: at most one line in this many milliseconds, and one at the end of every title. */
const LINE_EVERY = 5000;

export function progressOn(stream: NodeJS.WriteStream = process.stderr): Progress {
  return stream.isTTY ? bars(stream) : lines(stream);
}

/** Shows a sweep: finished runs, and what the first of the current ones is at. */
export function showSweep(progress: Progress, { total, done, failed, running }: SweepState): void {
  if (total === 0) return;
  const first = running[0];
  const event = first?.event;
  const at = event ? `: ${event.phase} ${event.done}/${event.total}${event.note ? `, ${event.note}` : ""}` : "";
  const problems = failed.length > 0 ? `${failed.length} failed; ` : "";
  progress.show("runs", done + failed.length, total, first ? `${problems}${first.label}${at}` : problems);
}

function bars(stream: NodeJS.WriteStream): Progress {
  let bar: SingleBar | null = null;
  let current = "";
  const stop = (): void => {
    bar?.update({ note: "" });
    bar?.stop();
    bar = null;
    current = "";
  };
  return {
    show: (title, done, total, note = "") => {
      if (title !== current) {
        stop();
        current = title;
        bar = new SingleBar({
          stream,
          format: "{title} {bar} {value}/{total} {duration_formatted} {note}",
          barsize: BAR,
          hideCursor: true,
          stopOnComplete: false,
        });
        bar.start(total, done, { title, note });
      }
      const room = (stream.columns || 80) - title.length - BAR - 2 * String(total).length - 10;
      bar?.update(done, { note: note.slice(0, Math.max(0, room)) });
    },
    stop,
  };
}

function lines(stream: NodeJS.WriteStream): Progress {
  let last = 0;
  let current = "";
  let finished = true;
  const show = (title: string, done: number, total: number, note = ""): void => {
    const now = Date.now();
    const ends = done >= total;
    if (title === current && (finished || (!ends && now - last < LINE_EVERY))) return;
    current = title;
    finished = ends;
    last = now;
    stream.write(`${title} ${done}/${total}${note ? ` ${note}` : ""}\n`);
  };
  return { show, stop: () => undefined };
}
