/** Which files are videos, by the endings of their names. */

const VIDEO = /\.(avi|mp4|m4v|mkv|webm|mov|mpg|mpeg|wmv|flv|3gp|ogv|ts|mts|m2ts)$/i;

/** Whether a file is a video by its name. */
export function isVideoName(name: string): boolean {
  return VIDEO.test(name);
}

/** A name without the ending of a video; other endings stay. */
export function withoutVideoEnding(name: string): string {
  return name.replace(VIDEO, "");
}
