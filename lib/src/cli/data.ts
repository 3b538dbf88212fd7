/** `vghif data ...`: one file a subcommand beside this one. */
import { registerFeatures } from "./data-features.js";
import { registerNewGenerated } from "./data-generated.js";
import { registerImport } from "./data-import.js";
import { registerList } from "./data-list.js";
import { registerNew } from "./data-new.js";
import { registerPrepare } from "./data-prepare.js";
import { registerVerify } from "./data-verify.js";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  const data = program
    .command("data")
    .description("datasets: get ready, check, list, make your own or the generated ones");
  registerPrepare(data);
  registerVerify(data);
  registerList(data);
  registerImport(data);
  registerNew(data);
  registerNewGenerated(data);
  registerFeatures(data);
};
