/** Texts out of files, fit for a terminal and for one line. */
import { UserError } from "../errors.js";

/** Characters of one message. */
const LIMIT = 1000;

/** Control and formatting characters become "?"; long texts are cut. */
export function printable(text: string): string {
  const plain = text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?");
  return plain.length > LIMIT ? `${plain.slice(0, LIMIT)}...` : plain;
}

/** Runs something whose errors may quote a file's bytes; a UserError's message becomes printable. */
export async function withPrintableErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UserError) throw new UserError(printable(error.message));
    throw error;
  }
}
