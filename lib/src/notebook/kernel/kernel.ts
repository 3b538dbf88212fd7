/** A running kernel, as a client of the Jupyter messaging protocol sees it. */
import { randomUUID } from "node:crypto";
import { Dealer, Subscriber } from "zeromq";
import { UserError } from "../../errors.js";
import { type Connection, createConnection } from "./connection.js";
import { type Fields, type Message, packMessage, unpackMessage } from "./message.js";
import { type KernelProcess, startProcess } from "./process.js";

/** How a kernel is started. */
export interface KernelOptions {
  /** The kernel's folder: its imports and relative paths start there. */
  readonly cwd: string;
  /** Ends the kernel; what waits for it then fails with a UserError. */
  readonly signal?: AbortSignal | undefined;
  /** How long the kernel may take to answer first; default 120. */
  readonly startSeconds?: number;
}

/** A kernel. */
export interface Kernel {
  /**
   * Runs code and waits for its end. `onOutput` gets what it shows, in order. Throws a UserError when the kernel dies,
   * is interrupted, or takes longer than `timeoutSeconds`, after which it is gone.
   */
  execute(code: string, timeoutSeconds: number, onOutput: (message: Message) => void): Promise<"ok" | "error">;
  /** Ends the kernel and waits until it is gone. */
  close(): Promise<void>;
}

interface Request {
  readonly onOutput: (message: Message) => void;
  readonly resolve: (reply: Fields) => void;
  reply?: Fields;
  idle?: boolean;
}

/** How often the first question is repeated until the kernel answers, and how long it may take to close, in ms. */
const ASK_AGAIN = 200;
const CLOSE = 1000;

/** Starts tslab and waits until it answers. */
export async function startKernel({ cwd, signal, startSeconds = 120 }: KernelOptions): Promise<Kernel> {
  const connection = await createConnection();
  const kernel = new KernelClient(connection, startProcess(connection.file, cwd), signal);
  try {
    await kernel.ready(startSeconds);
    return kernel;
  } catch (error) {
    await kernel.close();
    throw error;
  }
}

class KernelClient implements Kernel {
  private readonly shell = new Dealer({ linger: 0 });
  private readonly control = new Dealer({ linger: 0 });
  private readonly iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  private readonly session = randomUUID();
  private readonly requests = new Map<string, Request>();
  /** Rejects when the kernel can do no more. */
  private readonly failed: Promise<never>;
  private readonly onAbort: () => void;

  constructor(
    private readonly connection: Connection,
    private readonly process: KernelProcess,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.shell.connect(connection.shell);
    this.control.connect(connection.control);
    this.iopub.connect(connection.iopub);
    this.iopub.subscribe();
    let abort = (): void => undefined;
    this.failed = new Promise<never>((_, reject) => {
      abort = () => reject(new UserError("interrupted"));
      void process.ended.then((how) => reject(new UserError(`the kernel ${how}`)));
      this.listen(this.shell, (request, { type, content }) => {
        if (type.endsWith("_reply")) request.reply = content;
      }).catch(reject);
      this.listen(this.iopub, (request, message) => {
        if (message.type !== "status") request.onOutput(message);
        else if (message.content.execution_state === "idle") request.idle = true;
      }).catch(reject);
    });
    this.failed.catch(() => undefined);
    this.onAbort = abort;
    if (signal?.aborted === true) abort();
    signal?.addEventListener("abort", abort);
  }

  /** Asks for the kernel's description until an answer came over both sockets: from then on, no output is lost. */
  async ready(seconds: number): Promise<void> {
    const late = new UserError(`the kernel did not start within ${seconds} s`);
    let timer: NodeJS.Timeout | undefined;
    const answered = new Promise<Fields>((resolve, reject) => {
      const ask = () => this.request("kernel_info_request", {}, { onOutput: () => undefined, resolve }).catch(reject);
      void ask();
      timer = setInterval(ask, ASK_AGAIN);
    });
    try {
      await this.within(seconds, late, answered);
    } finally {
      clearInterval(timer);
      this.requests.clear();
    }
  }

  async execute(code: string, timeoutSeconds: number, onOutput: (message: Message) => void): Promise<"ok" | "error"> {
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const late = new UserError(`it ran longer than ${timeoutSeconds} s`);
    const answered = new Promise<Fields>((resolve, reject) => {
      this.request("execute_request", content, { onOutput, resolve }).catch(reject);
    });
    const { status } = await this.within(timeoutSeconds, late, answered);
    return status === "ok" ? "ok" : "error";
  }

  async close(): Promise<void> {
    this.signal?.removeEventListener("abort", this.onAbort);
    const { frames } = packMessage("shutdown_request", { restart: false }, this.connection.key, this.session);
    await this.control.send([...frames]);
    const patience = setTimeout(() => this.process.kill(), CLOSE);
    await this.process.ended;
    clearTimeout(patience);
    this.process.kill();
    for (const socket of [this.shell, this.control, this.iopub]) socket.close();
    await this.connection.remove();
  }

  private async request(type: string, content: Fields, request: Request): Promise<void> {
    const { id, frames } = packMessage(type, content, this.connection.key, this.session);
    this.requests.set(id, request);
    await this.shell.send([...frames]);
  }

  /** Takes messages from a socket until it closes. A request is answered when its reply came and the kernel is idle. */
  private async listen(socket: Dealer | Subscriber, take: (request: Request, message: Message) => void): Promise<void> {
    for await (const frames of socket) {
      const message = unpackMessage(frames as Buffer[], this.connection.key);
      const request = this.requests.get(message.parentId);
      if (request === undefined) continue;
      take(request, message);
      if (request.reply === undefined || request.idle !== true) continue;
      this.requests.delete(message.parentId);
      request.resolve(request.reply);
    }
  }

  /** The answer, or the reason why there is none; the kernel is then killed. */
  private async within<T>(seconds: number, late: UserError, answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(late), seconds * 1000);
    });
    try {
      return await Promise.race([answer, this.failed, timeout]);
    } catch (error) {
      this.process.kill();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
