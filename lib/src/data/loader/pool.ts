/** Worker threads that load clips. */
import path from "node:path";
import { Worker } from "node:worker_threads";
import { messageOf, UserError } from "../../errors.js";
import type { Clip, ClipOptions } from "../frames/load.js";
import { sourceName, type VideoSource } from "../video/source.js";
import type { Reply, Request, WorkerData } from "./decoder-main.js";

interface Task {
  readonly request: Request;
  readonly resolve: (clip: Clip) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A fixed number of workers, started when there is work for them. Idle ones do not keep the process alive. A worker that
 * dies fails the video it had with a UserError that names it, and another takes its place. `close` in any case.
 */
export class DecoderPool {
  private readonly members: Member[];
  private readonly waiting: Task[] = [];
  private closed: { readonly reason: unknown } | null = null;

  /** @param workers at least 1 */
  constructor(workers: number) {
    if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`a pool of ${workers} workers`);
    this.members = Array.from({ length: workers }, () => new Member(() => this.next()));
  }

  /** Threads that run now. */
  get running(): number {
    return this.members.filter((member) => member.isRunning).length;
  }

  /** Loads a clip as `loadClip` does, once a worker is free; first come, first served. */
  load(video: VideoSource, options: Omit<ClipOptions, "signal">): Promise<Clip> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(this.closed.reason);
        return;
      }
      const { frames, transform, sampling, augment, draw } = options;
      const sent = {
        ...{ frames, transform },
        ...(sampling ? { sampling } : {}),
        ...(augment ? { augment } : {}),
        ...(draw === undefined ? {} : { draw }),
      };
      this.waiting.push({ request: { video, options: sent }, resolve, reject });
      this.next();
    });
  }

  /** Ends the threads at once, as a crash would: what they load fails, what waits goes on in new ones. */
  async kill(): Promise<void> {
    await Promise.all(this.members.map((member) => member.kill()));
  }

  /** Fails what waits or loads with `reason`, stops every worker at its next frame, and returns when none is left. */
  async close(reason: unknown = new Error("the loader was closed")): Promise<void> {
    this.closed ??= { reason };
    for (const { reject } of this.waiting.splice(0)) reject(reason);
    await Promise.all(this.members.map((member) => member.stop(reason)));
  }

  private next(): void {
    while (this.waiting.length > 0) {
      // One that runs already is ready sooner than a new one.
      const free = this.members.filter((member) => member.isFree);
      const member = free.find(({ isRunning }) => isRunning) ?? free[0];
      if (!member) return;
      member.begin(this.waiting.shift()!);
    }
  }
}

/** One place of the pool: a thread, or none yet. */
class Member {
  private worker: Worker | null = null;
  private stopFlag = new Int32Array(new SharedArrayBuffer(4));
  private task: Task | null = null;
  private ready = false;
  private stopping = false;

  constructor(private readonly onFree: () => void) {}

  get isRunning(): boolean {
    return this.worker !== null;
  }

  get isFree(): boolean {
    return this.task === null && !this.stopping;
  }

  begin(task: Task): void {
    this.task = task;
    this.worker ??= this.start();
    this.worker.ref();
    this.worker.postMessage(task.request);
  }

  async stop(reason: unknown): Promise<void> {
    this.stopping = true;
    Atomics.store(this.stopFlag, 0, 1);
    const { worker, task } = this;
    task?.reject(reason);
    if (!worker) return;
    // Ended between two videos where it can be: a thread that dies at work leaves FFmpeg's memory behind.
    if (task) await new Promise<void>((resolve) => this.whenIdle(worker, resolve));
    await worker.terminate();
  }

  async kill(): Promise<void> {
    await this.worker?.terminate();
  }

  private whenIdle(worker: Worker, done: () => void): void {
    worker.on("message", ({ kind }: Reply) => {
      if (kind !== "ready") done();
    });
    worker.once("exit", done);
  }

  private start(): Worker {
    this.stopFlag = new Int32Array(new SharedArrayBuffer(4));
    this.ready = false;
    const workerData: WorkerData = { stop: this.stopFlag };
    const worker = new Worker(path.join(__dirname, "decoder-main.js"), { workerData, execArgv: [] });
    let death = "";
    worker.on("message", (reply: Reply) => this.hear(reply));
    worker.on("error", (error) => {
      death = messageOf(error);
    });
    worker.on("exit", (code) => {
      if (this.worker === worker) this.die(death || `exit code ${code}`);
    });
    worker.unref();
    return worker;
  }

  private hear(reply: Reply): void {
    if (reply.kind === "ready") {
      this.ready = true;
      return;
    }
    const { task } = this;
    if (!task) return;
    this.task = null;
    this.worker?.unref();
    if (reply.kind === "clip") task.resolve(reply.clip);
    else task.reject(reply.user ? new UserError(reply.message) : new Error(reply.message));
    if (!this.stopping) this.onFree();
  }

  private die(why: string): void {
    const { task } = this;
    const name = task ? sourceName(task.request.video) : "";
    this.worker = null;
    this.task = null;
    if (!this.ready) task?.reject(new Error(`a decoder worker could not be started: ${why}`));
    else task?.reject(new UserError(`cannot read video ${name}: its decoder died (${why}); leave the video out`));
    if (!this.stopping) this.onFree();
  }
}
