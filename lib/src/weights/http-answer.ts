/** What an HTTP answer means for a download of which some bytes are here already (RFC 9110, sections 14 and 15). */
import { UserError } from "../errors.js";

/** One attempt ended before the file did, in a way that trying again may mend. */
export class Broken extends Error {}

export interface Plan {
  /** First byte of what comes. */
  readonly from: number;
  /** Bytes of the whole file; null where the server does not say. */
  readonly total: number | null;
}

/** What a response means for a part of `have` bytes. */
export function planOf(response: Response, have: number, url: string): Plan | "complete" | "again" {
  const { status, headers } = response;
  const range = /^bytes (?:(\d+)-(\d+)|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  const total = range?.[3] && range[3] !== "*" ? Number(range[3]) : null;
  if (status === 416 && have > 0) return total === have ? "complete" : "again";
  if (status >= 500 || status === 429) throw new Broken(`${url}: the server answered ${status} ${response.statusText}`);
  if (!response.ok) throw new UserError(`${url}: the server answered ${status} ${response.statusText}`);
  if (url.startsWith("https:") && !response.url.startsWith("https:")) {
    throw new UserError(`${url} leads to ${response.url}, which is not encrypted: refused`);
  }
  const encoding = headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw new UserError(`${url}: the server sends it encoded (${encoding})`);
  if (status === 206) return range && Number(range[1]) === have ? { from: have, total } : "again";
  const length = headers.get("content-length");
  return { from: 0, total: length === null ? null : Number(length) };
}

/** How the server names this version: a strong ETag or a date; null where it gives none. */
export function validatorOf({ headers }: Response): string | null {
  const tag = headers.get("etag");
  return tag && !tag.startsWith("W/") ? tag : headers.get("last-modified");
}
