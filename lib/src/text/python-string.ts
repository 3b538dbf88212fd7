/** Python's notion of white space, which the official text cleaning relies on; it differs from JavaScript's `\s`. */

/** The characters of Python's `str.isspace` and `\s`, for use inside a character class. */
export const PYTHON_SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";

const SPACES = new RegExp(`[${PYTHON_SPACE}]+`, "g");
const LEADING_SPACE = new RegExp(`^[${PYTHON_SPACE}]+`);
const NOT_SPACE = new RegExp(`[^${PYTHON_SPACE}]`);

/** Every run of white space becomes one blank; none is left at either end. */
export function collapseSpace(text: string): string {
  return strip(text).replace(SPACES, " ");
}

/** Python's `str.strip()`. */
export function strip(text: string): string {
  const start = text.replace(LEADING_SPACE, "");
  let end = start.length;
  while (end > 0 && !NOT_SPACE.test(start.charAt(end - 1))) end--;
  return start.slice(0, end);
}
