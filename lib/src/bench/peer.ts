/** PyTorch as the peer: the Python that has it, what it is built on, and how its processes are started. */
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { PACKAGE_ROOT } from "../project.js";
import { type Command, runChild } from "./child.js";

export interface Peer {
  readonly python: string;
  readonly pythonVersion: string;
  readonly torchVersion: string;
  readonly threads: number;
  /** Last two parts of the paths of the BLAS libraries in the process: "openblas-pthread/libblas.so.3". */
  readonly blas: readonly string[];
  /** What `torch.__config__` says of its build and of its threads. */
  readonly config: string;
  readonly parallelInfo: string;
  /** Its own product of 1576 x 768 x 3072, the fastest of a few runs. */
  readonly matmulGflops: number;
  /** "PyAV 12.0", "OpenCV 4.6"; null where neither can be imported. */
  readonly video: string | null;
  /** The GPU's name; null where torch sees none. */
  readonly cuda: string | null;
}

export type PeerSearch =
  | { readonly peer: Peer; readonly absent: null }
  | { readonly peer: null; readonly absent: string };

/** Below this many GFLOP/s a thread, fp32, a processor of today runs code that was not made for it. */
const SLOW_BLAS = 10;

const HOW_TO_GET =
  "install it (Debian: apt-get install python3-torch libopenblas0-pthread; elsewhere: pip install torch) " +
  "or name a Python that has it in VGHIF_PYTHON";

/** Longest time for the peer to start and say what it is, seconds; the first import of torch reads a gigabyte. */
const START_SECONDS = 180;

/** A peer's process. Settings that would hold its BLAS back are taken out of its environment. */
export function peerCommand(python: string, args: readonly string[], threads: number): Command {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...env } = process.env;
  const count = String(threads);
  const script = path.join(PACKAGE_ROOT, "assets", "bench", "peer.py");
  return {
    program: python,
    // Without -B it would write its compiled files beside its sources.
    args: ["-B", script, ...args],
    env: { ...env, OMP_NUM_THREADS: count, OPENBLAS_NUM_THREADS: count, MKL_NUM_THREADS: count },
  };
}

/**
 * The first Python that imports torch: VGHIF_PYTHON alone where it is set, else `python3` and `/usr/bin/python3`.
 * @returns what it is, or why there is none and what to do
 */
export async function findPeer(threads: number, signal?: AbortSignal): Promise<PeerSearch> {
  const chosen = process.env.VGHIF_PYTHON;
  const reasons: string[] = [];
  for (const python of chosen ? [chosen] : ["python3", "/usr/bin/python3"]) {
    const end = await runChild(peerCommand(python, ["info"], threads), START_SECONDS, signal);
    if (end.ok) return { peer: { python, ...describe(end.stdout, python) }, absent: null };
    reasons.push(`${python}: ${end.slow ? `no answer in ${START_SECONDS} s` : end.message}`);
  }
  return { peer: null, absent: `no PyTorch (${reasons.join("; ")}): ${HOW_TO_GET}` };
}

function describe(stdout: string, python: string): Omit<Peer, "python"> {
  const line = stdout.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as Omit<Peer, "python">;
  } catch (error) {
    throw new UserError(`${python}: the PyTorch peer's description is not JSON (${messageOf(error)})`);
  }
}

/** What is to be said where the peer's matrix products are slower than they should be; null where they are not. */
export function blasWarning({ matmulGflops, threads, blas }: Peer): string | null {
  if (matmulGflops >= SLOW_BLAS * threads) return null;
  const named = blas.length > 0 ? ` (loaded: ${blas.join(", ")})` : "";
  return (
    `PyTorch's own matmul reaches only ${matmulGflops.toFixed(1)} GFLOP/s on ${threads} threads${named}: it runs on a slow ` +
    "BLAS, and every ratio here flatters this project; on Debian install libopenblas0-pthread and run again"
  );
}
