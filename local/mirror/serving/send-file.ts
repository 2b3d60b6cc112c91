import { open } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import parseRange from 'range-parser';
import type { Fault } from './fault-injector.ts';
import { createFaultStreams } from './fault-streams.ts';

export interface FileResponse {
  /** Path on disk. */
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly contentType: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Chunk size of 1 MiB: binaries are large, and the client is on the same host. */
const chunkBytes = 1 << 20;

/**
 * Responds to GET and HEAD with a file: complete, one range (206), not modified (304) or unsatisfiable range (416).
 * RFC 9110, sections 13 and 14.
 */
export async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: FileResponse,
  fault?: Fault,
): Promise<void> {
  const etag = `"${file.sha256}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Accept-Ranges', 'bytes');
  for (const [name, value] of Object.entries(file.headers ?? {})) response.setHeader(name, value);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.setHeader('Content-Type', file.contentType);
  const range = parseRangeHeader(request, file.size, etag);
  if (range === 'none') {
    response.writeHead(416, { 'Content-Range': `bytes */${file.size}`, 'Content-Length': 0 }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: file.size - 1 };
  response.setHeader('Content-Length', end - start + 1);
  if (range !== undefined) response.setHeader('Content-Range', `bytes ${start}-${end}/${file.size}`);
  const status = range === undefined ? 200 : 206;
  if (request.method === 'HEAD' || file.size === 0) {
    response.writeHead(status).end();
    return;
  }
  const handle = await open(file.path);
  const content = handle.createReadStream({ start, end, highWaterMark: chunkBytes });
  response.writeHead(status);
  await pipeline([content, ...createFaultStreams(fault), response]);
}

/** The requested range; `none` if unsatisfiable. Several ranges get the complete file, as the RFC allows. */
function parseRangeHeader(
  request: IncomingMessage,
  size: number,
  etag: string,
): { start: number; end: number } | 'none' | undefined {
  const { range, 'if-range': ifRange } = request.headers;
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined;
  const ranges = parseRange(size, range);
  if (ranges === -1) return 'none';
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}
