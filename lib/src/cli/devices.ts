/** `vghif devices`: the backends that are here, which of them is chosen, and what keeps the others from it. */
import type { BackendReport } from "../engine/index.js";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  program
    .command("devices")
    .description(
      "show what can run the tensors here, what is chosen when VGHIF_BACKEND is not set, and why not the others",
    )
    .option("--json", "print JSON")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { reportBackends } = await import("../engine/index.js");
      const reports = await reportBackends();
      const chosen = reports.find(({ automatic }) => automatic)?.backend ?? null;
      if (json) {
        process.stdout.write(`${JSON.stringify({ chosen, backends: reports }, null, 2)}\n`);
        return;
      }
      const rows = reports.map((report) => [report.backend, report.info ? "yes" : "no", noteOf(report, chosen)]);
      const width = Math.max(...reports.map(({ backend }) => backend.length));
      for (const [name, there, note] of [["backend", "here", ""], ...rows] as string[][]) {
        process.stdout.write(`${name!.padEnd(width)}  ${there!.padEnd(4)}  ${note}`.trimEnd().concat("\n"));
      }
    });
};

function noteOf({ backend, info, reason }: BackendReport, chosen: string | null): string {
  if (!info) return reason ?? "";
  const threads = `${info.threads} thread${info.threads === 1 ? "" : "s"}`;
  const mark = backend === chosen ? "  <- chosen" : reason ? `  (by name only: ${reason})` : "";
  return `${info.device}, ${threads}${mark}`;
}
