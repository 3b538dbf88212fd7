/**
 * An error that the user can act on: one line that says what went wrong, where, and what to do.
 * The command line prints its message alone and exits with 1; anything else is a defect and prints its stack.
 */
export class UserError extends Error {
  override readonly name = "UserError";
}

/** Wrong use of the command line: exit code 2. */
export class UsageError extends UserError {}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
