/** A real Slurm cluster of one node on this machine, in a temporary folder: Debian's packages, no systemd, as root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const DAEMONS = ["munged", "slurmctld", "slurmd"] as const;
type Daemon = (typeof DAEMONS)[number];

export interface Cluster {
  /** For SLURM_CONF: Slurm's commands find the cluster by it. */
  readonly conf: string;
  stop(): Promise<void>;
}

/** Why no cluster can be started here, as a test's reason to skip; null where one can. */
export function noCluster(): string | null {
  const missing = DAEMONS.filter((name) => pathOf(name) === null);
  if (missing.length > 0)
    return `SKIPPED: no ${missing.join(", ")} (Debian: apt-get install slurmctld slurmd munge slurm-client)`;
  return process.getuid?.() === 0 ? null : "SKIPPED: Slurm's daemons are started as root only";
}

function pathOf(daemon: Daemon): string | null {
  const places = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"].map((folder) => path.join(folder, daemon));
  return places.find((file) => existsSync(file)) ?? null;
}

/** Starts the daemons; resolves once the node is idle. */
export async function startCluster(folder: string): Promise<Cluster> {
  chmodSync(folder, 0o755); // munged wants its socket to be in reach of every user
  for (const name of ["state", "spool", "munge"]) mkdirSync(path.join(folder, name), { mode: 0o755 });
  const key = path.join(folder, "munge", "key");
  writeFileSync(key, randomBytes(128), { mode: 0o400 });
  const conf = path.join(folder, "slurm.conf");
  writeFileSync(conf, await configuration(folder));
  const env = { ...process.env, SLURM_CONF: conf };
  const socket = path.join(folder, "munge", "socket");
  const running: ChildProcess[] = [];
  const daemon = (name: Daemon, args: readonly string[]): void => {
    const child = spawn(pathOf(name)!, args, { env, stdio: "ignore", detached: true });
    running.push(child);
  };
  const ask = (command: string, ...args: readonly string[]): string => {
    try {
      return execFileSync(command, args, { env, encoding: "utf8", stdio: "pipe" }).trim();
    } catch {
      return "";
    }
  };
  const stop = async (): Promise<void> => {
    if (ask("squeue", "--noheader") !== "") ask("scancel", "--user=root"); // else what runs would stay, waiting for a controller
    for (let tries = 0; tries < 50 && ask("squeue", "--noheader") !== ""; tries++) await sleep(100);
    for (const child of running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const gone = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await Promise.race([gone, sleep(3000).then(() => child.kill("SIGKILL"))]);
    }
  };
  try {
    const own = ["pid", "log", "seed"].map((name) => `--${name}-file=${path.join(folder, "munge", name)}`);
    daemon("munged", ["--foreground", `--key-file=${key}`, `--socket=${socket}`, ...own]);
    await until(() => existsSync(socket), "munged opens its socket", folder);
    daemon("slurmctld", ["-D", "-f", conf]);
    daemon("slurmd", ["-D", "-f", conf, "-N", "node"]);
    const idle = (): boolean => ask("sinfo", "--noheader", "--format=%T") === "idle";
    await until(idle, "the node is idle", folder);
  } catch (error) {
    await stop();
    throw error;
  }
  return { conf, stop };
}

async function until(holds: () => boolean, what: string, folder: string): Promise<void> {
  const begun = Date.now();
  while (!holds()) {
    if (Date.now() - begun > 20_000) throw new Error(`not within 20 s: ${what}\n${lastLines(folder)}`);
    await sleep(100);
  }
}

function lastLines(folder: string): string {
  const logs = ["munge/log", "slurmctld.log", "slurmd.log"].map((name) => path.join(folder, name));
  return logs
    .filter((file) => existsSync(file))
    .map((file) => `${file}:\n${readFileSync(file, "utf8").split("\n").slice(-8).join("\n")}`)
    .join("\n");
}

/** `cred_expire` is also how long a requeued job waits before it starts again: 120 s by default, 5 at least. */
async function configuration(folder: string): Promise<string> {
  const host = os.hostname().split(".")[0];
  const [controller, node] = [await freePort(), await freePort()];
  const at = (name: string): string => path.join(folder, name);
  return [
    "ClusterName=test",
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${node}`,
    "SlurmUser=root",
    "SlurmdUser=root",
    "AuthType=auth/munge",
    `AuthInfo=socket=${at("munge/socket")},cred_expire=5`,
    "CredType=cred/munge",
    "ProctrackType=proctrack/linuxproc",
    "TaskPlugin=task/none",
    "SwitchType=switch/none",
    "MpiDefault=none",
    "SelectType=select/cons_tres",
    "SelectTypeParameters=CR_Core",
    "SchedulerParameters=batch_sched_delay=0,sched_interval=1,bf_interval=1",
    "JobCompType=jobcomp/none",
    "JobRequeue=1",
    "ReturnToService=2",
    "KillWait=2",
    "MessageTimeout=10",
    `StateSaveLocation=${at("state")}`,
    `SlurmdSpoolDir=${at("spool")}`,
    `SlurmctldPidFile=${at("slurmctld.pid")}`,
    `SlurmdPidFile=${at("slurmd.pid")}`,
    `SlurmctldLogFile=${at("slurmctld.log")}`,
    `SlurmdLogFile=${at("slurmd.log")}`,
    `NodeName=node NodeHostname=${host} NodeAddr=127.0.0.1 Port=${node} CPUs=2 State=UNKNOWN`,
    "PartitionName=main Nodes=node Default=YES MaxTime=INFINITE State=UP",
    "",
  ].join("\n");
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
