/** A measuring process: it works alone on the machine, so that its memory and its state are its own. */
import { spawn } from "node:child_process";
import path from "node:path";
import { messageOf } from "../errors.js";

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

export type ChildEnd =
  | { readonly ok: true; readonly stdout: string }
  /** It was silent for longer than the limit, and was ended. */
  | { readonly ok: false; readonly slow: true }
  | { readonly ok: false; readonly slow: false; readonly message: string };

/** How much of what a process wrote is kept. */
const KEPT = 100_000;

/** This project's own measuring process, with this many threads. */
export function ownCommand(args: readonly string[], threads: number): Command {
  const env = { ...process.env, VGHIF_THREADS: String(threads) };
  return { program: process.execPath, args: [path.join(__dirname, "worker-main.js"), ...args], env };
}

/**
 * Runs a process to its end; never rejects. It must write a line to stdout at least every `limitSeconds`, which is also how
 * long a single run of what it measures may take.
 */
export function runChild(command: Command, limitSeconds: number, signal?: AbortSignal): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const child = spawn(command.program, command.args, { env: command.env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let stderr = "";
    let slow = false;
    const patience = (): NodeJS.Timeout =>
      setTimeout(() => {
        slow = true;
        child.kill("SIGKILL");
      }, limitSeconds * 1e3);
    let timer = patience();
    const stop = (): void => void child.kill("SIGKILL");
    signal?.addEventListener("abort", stop);
    if (signal?.aborted) stop();
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout = (stdout + text).slice(-KEPT);
      clearTimeout(timer);
      timer = patience();
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr = (stderr + text).slice(-KEPT);
    });
    const finish = (end: ChildEnd): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      resolve(end);
    };
    child.once("error", (error) => finish({ ok: false, slow: false, message: messageOf(error) }));
    child.once("close", (code, by) => {
      if (slow) finish({ ok: false, slow });
      else if (code === 0) finish({ ok: true, stdout });
      else finish({ ok: false, slow, message: lastWords(stderr, code, by) });
    });
  });
}

/** The line that says what went wrong: the last that speaks of an error, else the last. */
function lastWords(stderr: string, code: number | null, signal: NodeJS.Signals | null): string {
  const lines = stderr.split("\n").filter((line) => line.trim() !== "");
  const line = lines.findLast((candidate) => /error/i.test(candidate)) ?? lines.at(-1) ?? "";
  const how = signal === "SIGKILL" ? "was killed (out of memory?)" : `ended with ${signal ?? `exit code ${code}`}`;
  return line ? line.trim().slice(0, 300) : how;
}
