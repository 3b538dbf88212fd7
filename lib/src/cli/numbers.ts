import { UsageError } from "../errors.js";

/** A whole number from 1 on, from a command-line option. */
export function count(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new UsageError(`${option} is "${text}": give a whole number from 1 on`);
  return value;
}

/** A whole number from 0 on. */
export function seed(option: string, text: string): number {
  return text === "0" ? 0 : count(option, text);
}
