/**
 * What a checkpoint's pickle may name, and what each name stands for. A name that is not here is refused before anything
 * is done with it. Source: torch/_utils.py and torch/_weights_only_unpickler.py for PyTorch's own names; the rest is what
 * training code around CLIP saves beside its weights.
 */
import type { Dtype } from "../tensors.js";
import { Dict, Global, Opaque, Storage, TorchTensor, Tuple, type Value } from "./values.js";

/** Makes the value of a call from its arguments; null where they do not fit. */
type Maker = (args: readonly Value[]) => Value | null;

/** torch.<X>Storage -> the numbers in it. */
const STORAGES: Readonly<Record<string, Dtype>> = {
  FloatStorage: "F32",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  DoubleStorage: "F64",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
  UntypedStorage: "U8",
};

/** Classes whose objects are read over. */
const INERT = new Set([
  "argparse.Namespace",
  "yacs.config.CfgNode",
  "easydict.EasyDict",
  "addict.addict.Dict",
  "mmcv.utils.config.ConfigDict",
  "types.SimpleNamespace",
  "pathlib.PosixPath",
  "pathlib.PurePosixPath",
  "pathlib.WindowsPath",
  "builtins.object",
  "builtins.dict",
  "builtins.list",
  "builtins.set",
  "builtins.frozenset",
  "builtins.bytearray",
  "builtins.complex",
  "builtins.slice",
  "builtins.range",
  "builtins.int",
  "builtins.float",
  "builtins.str",
  "builtins.bool",
  "builtins.tuple",
  "torch.device",
  "torch.Tensor",
  "torch.nn.parameter.Parameter",
  "numpy.dtype",
  "numpy.ndarray",
  "numpy.core.multiarray.scalar",
  "numpy.core.multiarray._reconstruct",
]);

/** torch.<dtype, layout or tensor class>: constants. */
const TORCH_CONSTANT =
  /^torch\.(float(16|32|64)?|double|half|bfloat16|u?int(8|16|32|64)|short|int|long|bool|complex(64|128)|strided|sparse_coo|contiguous_format|preserve_format|channels_last|[A-Z]\w{2,8}Tensor)$/;

const naturals = (value: Value | undefined): number[] | null => {
  const items = value instanceof Tuple ? value.items : Array.isArray(value) ? value : null;
  return items?.every((item) => typeof item === "number") ? (items as number[]) : null;
};

const rebuildTensor: Maker = ([storage, offset, shape, strides]) => {
  const [sizes, steps] = [naturals(shape), naturals(strides)];
  if (!(storage instanceof Storage) || typeof offset !== "number" || !sizes || !steps) return null;
  return new TorchTensor(storage, offset, sizes, steps);
};

const firstIfTensor: Maker = ([tensor]) => (tensor instanceof TorchTensor ? tensor : null);

const orderedDict: Maker = ([pairs]) => {
  const dict = new Dict();
  if (pairs === undefined) return dict;
  if (!Array.isArray(pairs)) return null;
  for (const pair of pairs) {
    const items = pair instanceof Tuple ? pair.items : Array.isArray(pair) ? pair : [];
    if (items.length !== 2) return null;
    dict.entries.set(items[0]!, items[1]!);
  }
  return dict;
};

const firstOrNone: Maker = ([value]) => value ?? null;

const MAKERS: Readonly<Record<string, Maker>> = {
  "collections.OrderedDict": orderedDict,
  "collections.defaultdict": () => new Dict(),
  "collections.Counter": () => new Dict(),
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_parameter": firstIfTensor,
  "torch._utils._rebuild_parameter_with_state": firstIfTensor,
  // (rebuilder, type, its arguments, state): a parameter or tensor that had attributes of its own.
  "torch._tensor._rebuild_from_type_v2": ([rebuilder, , args]) =>
    rebuilder instanceof Global && args instanceof Tuple ? call(rebuilder, args.items) : null,
  "torch.Size": ([sizes]) => (sizes instanceof Tuple ? sizes : new Tuple(Array.isArray(sizes) ? sizes : [])),
  // Python 2's way to say bytes: (text, "latin1").
  "_codecs.encode": ([text]) => (typeof text === "string" ? Buffer.from(text, "latin1") : null),
  "copyreg._reconstructor": ([type]) => (type instanceof Global ? new Opaque(type.name, []) : null),
  "torch.jit._pickle.build_intlist": firstOrNone,
  "torch.jit._pickle.build_boollist": firstOrNone,
  "torch.jit._pickle.build_doublelist": firstOrNone,
  "torch.jit._pickle.build_tensorlist": firstOrNone,
  "torch.jit._pickle.restore_type_tag": firstOrNone,
};

/** The allowed global of this module and name, under its present name; null where it is not allowed. */
export function allowed(module: string, name: string): Global | null {
  const modern = { __builtin__: "builtins", copy_reg: "copyreg", "numpy._core.multiarray": "numpy.core.multiarray" };
  const place = Object.hasOwn(modern, module) ? modern[module as keyof typeof modern] : module;
  const full = `${place}.${name}`;
  const known = Object.hasOwn(MAKERS, full) || INERT.has(full) || TORCH_CONSTANT.test(full);
  return known || storageDtype(full) || isModule(full) ? new Global(full) : null;
}

/** The dtype of a storage class by its full name; null for another name. */
export function storageDtype(full: string): Dtype | null {
  const name = /^torch\.(?:cuda\.|storage\.)?(\w+)$/.exec(full)?.[1] ?? "";
  return Object.hasOwn(STORAGES, name) ? STORAGES[name]! : null;
}

/** A TorchScript module's class: its attributes are its state dict, its code stays in the archive, unread. */
export function isModule(full: string): boolean {
  return full.startsWith("__torch__.");
}

/** The value that a call to an allowed global stands for; null where its arguments do not fit. */
export function call(callee: Global, args: readonly Value[]): Value | null {
  const { name } = callee;
  if (Object.hasOwn(MAKERS, name)) return MAKERS[name]!(args);
  return INERT.has(name) || isModule(name) ? new Opaque(name, args) : null;
}
