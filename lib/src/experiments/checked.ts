/** zod at the kit's doors, with messages that name the field, what was expected and what was received. */
import type { z } from "zod";
import { UserError } from "../errors.js";

/**
 * `value` as the schema's type.
 *
 * @param what begins the message: `records/1a.json is damaged`
 * @throws UserError, one line, up to three wrong fields
 */
export function checked<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value, { reportInput: true });
  if (result.success) return result.data;
  const issues = result.error.issues;
  const shown = issues.slice(0, 3).map((issue) => line(issue));
  if (issues.length > shown.length) shown.push(`and ${issues.length - shown.length} more`);
  throw new UserError(`${what}: ${shown.join("; ")}`);
}

function line(issue: z.core.$ZodIssue): string {
  const field = issue.path.length > 0 ? `field "${issue.path.map(String).join(".")}"` : "the value";
  if (issue.code === "unrecognized_keys")
    return `${field} has unknown ${issue.keys.map((key) => `"${key}"`).join(", ")}`;
  return `${field}: ${issue.message.replace(/^Invalid \w+: /, "").replace(/, received .*$/, "")}, received ${received(issue.input)}`;
}

function received(input: unknown): string {
  if (input === undefined) return "nothing";
  if (Array.isArray(input)) return "an array";
  if (typeof input === "object" && input !== null) return "an object";
  return JSON.stringify(input) ?? typeof input;
}
