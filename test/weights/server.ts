/** A small HTTP server on this machine that serves one file, well or badly. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Served {
  body: Buffer;
  etag: string | null;
  lastModified?: string;
  /** Does the server answer ranges? */
  ranges: boolean;
  /** Bytes after which the connection is cut, an answer at a time; a missing one is not cut. */
  cuts: number[];
  /** Does the answer say its length? */
  length?: boolean;
}

export interface FileServer {
  readonly url: string;
  readonly served: Served;
  /** Headers of every request so far. */
  readonly requests: { range: string | undefined; ifRange: string | undefined }[];
  /** Takes the place of serving the file, while it is set. */
  answer: ((request: IncomingMessage, response: ServerResponse) => void) | null;
  close(): Promise<void>;
}

export async function serve(body: Buffer, more: Partial<Served> = {}): Promise<FileServer> {
  const served: Served = { body, etag: '"one"', ranges: true, cuts: [], ...more };
  const requests: FileServer["requests"] = [];
  const server = createServer((request, response) => {
    requests.push({ range: request.headers.range, ifRange: request.headers["if-range"] as string | undefined });
    if (self.answer) self.answer(request, response);
    else serveFile(request, response, served);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const self: FileServer = {
    url: `http://127.0.0.1:${port}/weights.pt`,
    served,
    requests,
    answer: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;
}

function serveFile(request: IncomingMessage, response: ServerResponse, served: Served): void {
  const { body, etag, lastModified, ranges, cuts, length = true } = served;
  if (etag) response.setHeader("etag", etag);
  if (lastModified) response.setHeader("last-modified", lastModified);
  const match = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const ifRange = request.headers["if-range"];
  const same = ifRange === undefined || ifRange === etag || ifRange === lastModified;
  const start = ranges && match && same ? Number(match[1]) : 0;
  if (start >= body.length && start > 0) {
    response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
    return;
  }
  if (start > 0) response.setHeader("content-range", `bytes ${start}-${body.length - 1}/${body.length}`);
  const rest = body.subarray(start);
  if (length) response.setHeader("content-length", rest.length);
  response.writeHead(start > 0 ? 206 : 200);
  const cut = cuts.shift();
  if (cut === undefined) response.end(rest);
  // An orderly end of the connection, in the middle of the answer: what was written before it arrives.
  else response.write(rest.subarray(0, cut), () => response.socket?.end());
}
