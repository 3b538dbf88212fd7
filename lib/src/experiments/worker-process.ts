/** The sweep's side of one worker: a child process that can die in any way, seen as runs that succeed or fail. */
import { type ChildProcess, fork } from "node:child_process";
import path from "node:path";
import type { RunEvent } from "./run-experiment.js";
import type { WorkerOrder, WorkerReport } from "./worker.js";

/** How long a worker may take to stop of itself, in milliseconds, before it is killed. */
const GRACE = 3000;

/** How much of a worker's stderr is kept for the message about its end. */
const KEPT_STDERR = 4000;

export type RunEnd =
  | { readonly ok: true; readonly result?: unknown }
  | { readonly ok: false; readonly message: string };

export class WorkerProcess {
  private child: ChildProcess | null = null;
  private stderr = "";

  /**
   * @param entry script of the child
   * @param threads tensor threads of the child, where VGHIF_THREADS does not say
   */
  constructor(
    private readonly entry: string = path.join(__dirname, "worker-main.js"),
    private readonly threads: number = 1,
  ) {}

  /** Runs one spec (plain JSON that the child's script understands) at a time; a child that died before is replaced. Never rejects. */
  run(spec: unknown, records: string, onProgress: (event: RunEvent) => void): Promise<RunEnd> {
    this.child ??= this.start();
    const child = this.child;
    return new Promise((resolve) => {
      const finish = (end: RunEnd): void => {
        child.off("message", onReport);
        child.off("close", onClose);
        child.off("error", onError);
        resolve(end);
      };
      const onReport = (report: WorkerReport): void => {
        if (report.type === "progress") onProgress(report.event);
        else
          finish(report.type === "done" ? { ok: true, result: report.result } : { ok: false, message: report.message });
      };
      const onClose = (code: number | null, signal: NodeJS.Signals | null): void => {
        this.child = null;
        finish({ ok: false, message: this.lastWords(code, signal) });
      };
      const onError = (error: Error): void => {
        this.child = null;
        finish({ ok: false, message: `its worker process did not start: ${error.message}` });
      };
      child.on("message", onReport);
      child.on("close", onClose);
      child.on("error", onError);
      this.send(child, { type: "run", spec, records });
    });
  }

  /** Ends the child: politely, then for good. Resolves once it is gone. */
  async stop(): Promise<void> {
    const child = this.child;
    if (!child) return;
    this.child = null;
    const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
    this.send(child, { type: "stop" });
    const timer = setTimeout(() => child.kill("SIGKILL"), GRACE);
    await closed;
    clearTimeout(timer);
  }

  /** A child that has just died cannot be sent to; its close event says so. */
  private send(child: ChildProcess, order: WorkerOrder): void {
    if (child.connected) child.send(order, () => undefined);
  }

  private start(): ChildProcess {
    this.stderr = "";
    const child = fork(this.entry, [], {
      env: { VGHIF_THREADS: String(this.threads), ...process.env },
      execArgv: [],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr = (this.stderr + text).slice(-KEPT_STDERR);
    });
    return child;
  }

  private lastWords(code: number | null, signal: NodeJS.Signals | null): string {
    if (signal === "SIGKILL") return "its worker process was killed (SIGKILL): out of memory? try fewer --jobs";
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const error = this.stderr.split("\n").find((line) => /error/i.test(line)) ?? "";
    return `its worker process ${how}${error ? `: ${error.trim()}` : ""}`;
  }
}
