/** The main thread's side of the thread that holds ONNX Runtime's sessions, of which a process has one. */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "../../errors.js";
import type { Answer, Answers, Numbered, Order, Start } from "./protocol.js";
import { STATE } from "./protocol.js";

/** How long the process's end waits for a run that is under way, in milliseconds. */
const LONGEST_WAIT = 300_000;

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

export class SessionHost {
  private readonly state = new Int32Array(new SharedArrayBuffer(4));
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private count = 0;
  /** Why the thread is no longer there; null while it is. */
  ended: Error | null = null;

  constructor() {
    process.env.ORT_DISABLE_TELEMETRY ??= "1"; // a thread's own environment does not reach native code
    const start: Start = { state: this.state };
    this.worker = new Worker(path.join(__dirname, "worker.js"), { workerData: start, execArgv: [], name: "sessions" });
    this.worker.unref();
    this.worker.on("message", (answer: Answer) => this.settle(answer));
    this.worker.on("error", (error) => this.end(messageOf(error)));
    this.worker.on("messageerror", (error) => this.end(messageOf(error)));
    this.worker.on("exit", (code) => this.end(`exit code ${code}`));
    process.on("exit", this.close);
  }

  /** A number that nothing else of this thread has: for arrays, programs, bindings. */
  next(): number {
    return ++this.count;
  }

  /** Orders are carried out one after another. Rejects with what went wrong, and where the thread ends before. */
  ask<O extends Order>(order: O, transfer: readonly ArrayBuffer[] = []): Promise<Answers[O["type"]]> {
    if (this.ended) return Promise.reject(this.ended);
    const number = this.next();
    return new Promise((resolve, reject) => {
      this.worker.postMessage({ number, order } satisfies Numbered, [...transfer]);
      this.pending.set(number, { resolve, reject });
      this.worker.ref(); // whoever waits for the answer keeps the process alive
    });
  }

  /** Gives an order whose failure does not matter: something is let go of. */
  tell(order: Order): void {
    if (!this.ended) this.worker.postMessage({ number: 0, order } satisfies Numbered);
  }

  private settle(answer: Answer): void {
    const waiting = this.pending.get(answer.number);
    if (!waiting) return;
    this.pending.delete(answer.number);
    if (this.pending.size === 0) this.worker.unref();
    if (answer.ok) waiting.resolve(answer.result as never);
    else waiting.reject(new Error(`compile: ${answer.message}`));
  }

  private end(reason: string): void {
    if (this.ended) return;
    this.ended = new UserError(
      `compile: the thread that runs compiled programs has ended (${reason.split("\n")[0]}), and what it held is lost; start this work again`,
    );
    process.off("exit", this.close);
    for (const { reject } of this.pending.values()) reject(this.ended);
    this.pending.clear();
  }

  /**
   * At the process's end. Node stops the thread, and ONNX Runtime's binding ends the process with an abort when a run
   * returns into a stopped thread: so wait for the run, and let no other begin.
   */
  private readonly close = (): void => {
    while (Atomics.compareExchange(this.state, 0, STATE.idle, STATE.closing) === STATE.running) {
      if (Atomics.wait(this.state, 0, STATE.running, LONGEST_WAIT) === "timed-out") return;
    }
  };
}

let current: SessionHost | undefined;

/** The process's thread of sessions, started at the first call, and anew after its end. */
export function sessionHost(): SessionHost {
  if (!current || current.ended) current = new SessionHost();
  return current;
}
