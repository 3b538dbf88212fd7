/** A tensor's elements out of a flat storage, by offset, size and stride, as PyTorch stores its views. */
import { UserError } from "../errors.js";
import { elements } from "./tensors.js";

export interface View {
  /** First element, in elements. */
  readonly offset: number;
  readonly shape: readonly number[];
  /** Elements from one index to the next, an axis each. */
  readonly strides: readonly number[];
}

/**
 * A view may repeat elements (stride 0), so its size is not bounded by its storage's. Real checkpoints repeat small
 * index tables only; more than this many elements beyond the storage is refused.
 */
const REPEATED_LIMIT = 1 << 20;

/** PyTorch itself allows 64 axes; nothing here has more than 6. */
const RANK_LIMIT = 16;

/** Throws a UserError where a view is not one of a storage of `numel` elements. */
export function checkView(view: View, numel: number, what: string): void {
  const { offset, shape, strides } = view;
  const natural = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
  if (!natural(offset) || !shape.every(natural) || !strides.every(natural) || strides.length !== shape.length) {
    throw new UserError(`${what} has an impossible view: offset ${offset}, shape [${shape}], strides [${strides}]`);
  }
  if (shape.length > RANK_LIMIT) throw new UserError(`${what} has ${shape.length} axes`);
  const count = elements(shape);
  if (count > 0 && !(span(view) <= numel - offset)) {
    throw new UserError(`${what} reaches beyond its storage of ${numel} elements`);
  }
  if (!(count <= numel || count <= REPEATED_LIMIT)) {
    throw new UserError(`${what} repeats a storage of ${numel} elements ${count} times: too large`);
  }
}

/** Elements from the first to the last that a view touches; 0 for an empty one. */
export function span({ shape, strides }: View): number {
  if (elements(shape) === 0) return 0;
  return shape.reduce((last, n, axis) => last + (n - 1) * strides[axis]!, 1);
}

/** Is a view a plain row-major run of its storage? */
export function isContiguous({ shape, strides }: View): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/**
 * The elements of a view in row-major order.
 * @param stored `span(view)` elements from the view's offset on, owning their buffer
 * @param width bytes an element
 */
export function gather(view: View, stored: Uint8Array<ArrayBuffer>, width: number): Uint8Array<ArrayBuffer> {
  if (width === 8) {
    // As pairs of 32-bit words: numbers of 64 bits would lose the payload of what looks like a NaN.
    const halves = { ...view, shape: [...view.shape, 2], strides: [...view.strides.map((n) => 2 * n), 1] };
    return gather(halves, stored, 4);
  }
  const count = elements(view.shape);
  const out = new Uint8Array(count * width);
  if (count === 0) return out;
  const typed = width === 1 ? Uint8Array : width === 2 ? Uint16Array : Uint32Array;
  const [from, to] = [new typed(stored.buffer), new typed(out.buffer)];
  const { shape, strides } = view;
  const index = shape.map(() => 0);
  for (let at = 0, element = 0; at < count; at++) {
    to[at] = from[element]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      element += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      element -= shape[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
