/** The state dict in what a checkpoint's pickle holds: at its top, under a usual key, or as a TorchScript module. */
import { UserError } from "../../errors.js";
import { isModule } from "../pickle/allow-list.js";
import { Dict, describe, Opaque, TorchTensor, type Value } from "../pickle/values.js";

export interface StateDict {
  readonly tensors: ReadonlyMap<string, TorchTensor>;
  /** Keys beside it or in it that are not its tensors. */
  readonly ignored: readonly string[];
}

/** Where training code puts a model's state dict, in the order they are looked for. */
const KEYS = ["state_dict", "model_state_dict", "model", "module", "model_state"];

/** ActionCLIP keeps its temporal transformer's state dict beside its CLIP's (train.py); here it stands below `fusion.`. */
const BESIDE = "fusion_model_state_dict";

function addBeside({ entries }: Dict, into: Map<string, TorchTensor>): void {
  for (const [name, value] of entries) {
    if (typeof name === "string" && value instanceof TorchTensor)
      into.set(`fusion.${name.replace(/^module\./, "")}`, value);
  }
}

/** Dicts in dicts, or modules in modules; official checkpoints have 2 and 6. */
const DEPTH_LIMIT = 32;

/** Finds the state dict. Throws a UserError that says what is there instead. */
export function findStateDict(root: Value, what: string): StateDict {
  if (root instanceof Opaque && isModule(root.type)) {
    const tensors = new Map<string, TorchTensor>();
    collectModule(root, "", tensors, new Set(), what);
    if (tensors.size > 0) return { tensors, ignored: [] };
    throw new UserError(`${what} is a TorchScript archive without any tensor`);
  }
  const ignored: string[] = [];
  const tensors = new Map<string, TorchTensor>();
  let here = root;
  for (let depth = 0; depth < DEPTH_LIMIT && here instanceof Dict; depth++) {
    const { entries } = here;
    const key = KEYS.find((candidate) => entries.get(candidate) instanceof Dict);
    if (key === undefined) break;
    for (const [other, value] of entries) {
      if (other === BESIDE && value instanceof Dict) addBeside(value, tensors);
      else if (other !== key) ignored.push(textOf(other));
    }
    here = entries.get(key)!;
  }
  if (!(here instanceof Dict)) throw new UserError(`${what} holds ${describe(root)}, not a state dict`);
  for (const [key, value] of here.entries) {
    if (typeof key === "string" && value instanceof TorchTensor) tensors.set(key, value);
    else ignored.push(textOf(key));
  }
  if (tensors.size > 0) return { tensors, ignored };
  const keys = [...here.entries.keys()].slice(0, 8).map(textOf).join(", ");
  throw new UserError(`${what} holds no state dict of tensors; its keys are: ${keys || "none"}`);
}

function textOf(key: Value): string {
  return typeof key === "string" ? key : describe(key);
}

function collectModule(
  module: Opaque,
  prefix: string,
  into: Map<string, TorchTensor>,
  above: Set<Opaque>,
  what: string,
): void {
  if (above.has(module) || above.size >= DEPTH_LIMIT) throw new UserError(`${what}: its modules hold each other`);
  if (!(module.state instanceof Dict)) return;
  above.add(module);
  for (const [name, value] of module.state.entries) {
    if (typeof name !== "string") continue;
    if (value instanceof TorchTensor) into.set(prefix + name, value);
    else if (value instanceof Opaque) collectModule(value, `${prefix}${name}.`, into, above, what);
    if (into.size > ENTRY_LIMIT) throw new UserError(`${what} holds more than ${ENTRY_LIMIT} tensors`);
  }
  above.delete(module);
}

/** A module may be shared by several others, so the number of names is not bounded by the file's size. */
const ENTRY_LIMIT = 100_000;
