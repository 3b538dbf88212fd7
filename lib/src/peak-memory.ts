/** The most memory that this process has held. */
import { readFileSync } from "node:fs";

/**
 * Bytes. On Linux from the kernel's own mark for this program; `resourceUsage` elsewhere, which on Linux would also count
 * what the process that started this one held.
 */
export function peakBytes(): number {
  if (process.platform === "linux") {
    const mark = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
    if (mark) return 1024 * Number(mark[1]);
  }
  return 1024 * process.resourceUsage().maxRSS;
}
