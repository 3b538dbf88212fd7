/** `vghif lab`: the user's Jupyter on the project's notebooks, with the kernel that runs them. */
import type { Register } from "./main.js";

export const register: Register = (program) => {
  program
    .command("lab")
    .description("open the notebooks in JupyterLab or Jupyter Notebook, with the TypeScript kernel registered")
    .argument("[args...]", "options for Jupyter, behind --")
    .option("--register", "only register the kernel; print the folder to put into JUPYTER_PATH")
    .action(async (args: readonly string[], { register: only = false }: { register?: boolean }) => {
      const { openLab, registerKernel } = await import("../notebook/lab.js");
      if (only) console.log(await registerKernel());
      else process.exitCode = await openLab(args);
    });
};
