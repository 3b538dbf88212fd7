/** An instruction of random programs, and how to make one that works on the shapes that it meets. */
import type { Tensor } from "vghif/dist/nn/array.js";

export type Operand = "float" | "exact" | "int" | "bool";

export interface Op {
  readonly operands: readonly Operand[];
  readonly result: Operand;
  readonly make: (operands: readonly Tensor[], parameter: number) => Tensor | undefined;
}

export const op =
  (operands: readonly Operand[], result: Operand) =>
  (make: (operands: [Tensor, Tensor, Tensor], parameter: number) => Tensor | undefined): Op => ({
    operands,
    result,
    make: make as Op["make"],
  });

export const same = (a: readonly number[], b: readonly number[]): boolean => a.join() === b.join();

export function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const [x, y] = [a.at(-i)!, b.at(-i)!];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

export const together = (make: (a: Tensor, b: Tensor) => Tensor) => (operands: readonly Tensor[]) =>
  broadcasts(operands[0]!.shape, operands[1]!.shape) ? make(operands[0]!, operands[1]!) : undefined;

/** tfjs has no gradient of these over a broadcast. */
export const alike = (make: (a: Tensor, b: Tensor) => Tensor) => (operands: readonly Tensor[]) =>
  same(operands[0]!.shape, operands[1]!.shape) ? make(operands[0]!, operands[1]!) : undefined;

/** Along one axis, which the parameter chooses. */
export const along =
  (make: (x: Tensor, axis: number, parameter: number) => Tensor | undefined) =>
  (operands: readonly Tensor[], p: number) =>
    operands[0]!.rank === 0 ? undefined : make(operands[0]!, p % operands[0]!.rank, Math.floor(p / 4));
