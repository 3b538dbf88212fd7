/** The sockets between a kernel and its client, and the file that tells the kernel about them. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

/** A connection that no kernel has opened yet. */
export interface Connection {
  /** The connection file of the Jupyter protocol. */
  readonly file: string;
  /** Secret that signs every message. */
  readonly key: string;
  readonly shell: string;
  readonly control: string;
  readonly iopub: string;
  /** Removes the file and the sockets. */
  remove(): Promise<void>;
}

const SOCKETS = ["shell", "iopub", "stdin", "control", "hb"] as const;
/** A socket's path may have 107 bytes. */
const LONGEST_FOLDER = 80;

/**
 * Makes a connection over sockets in a temporary folder of its own: two kernels never meet on a port. The kernel joins
 * `ip` and a number with a colon, whatever the transport.
 */
export async function createConnection(): Promise<Connection> {
  const temporary = Buffer.byteLength(tmpdir()) > LONGEST_FOLDER ? "/tmp" : tmpdir();
  const folder = await mkdtemp(path.join(temporary, "vghif-kernel-"));
  const file = path.join(folder, "connection.json");
  const base = path.join(folder, "socket");
  const key = randomUUID();
  const ports = Object.fromEntries(SOCKETS.map((name, index) => [`${name}_port`, index + 1]));
  const description = {
    transport: "ipc",
    ip: base,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "tslab",
    ...ports,
  };
  await writeFile(file, JSON.stringify(description), { mode: 0o600 });
  const address = (name: (typeof SOCKETS)[number]) => `ipc://${base}:${ports[`${name}_port`]}`;
  return {
    file,
    key,
    shell: address("shell"),
    control: address("control"),
    iopub: address("iopub"),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
