import { apiErrors } from './api-error.ts';

/** One request of a batch. */
export interface BatchRequest {
  readonly contentId: string | undefined;
  readonly verb: string;
  readonly target: string;
  readonly body: string;
}

/**
 * Parses a `multipart/mixed` body whose parts are complete HTTP requests.
 * @throws ApiError 400 when the body is not a valid batch
 */
export function parseBatch(contentType: string | undefined, body: string): readonly BatchRequest[] {
  const [, quoted, bare] = /^multipart\/mixed\b.*?;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) throw apiErrors.invalidPayload('A batch must be multipart/mixed with a boundary.');
  const pieces = `\n${body.replaceAll('\r\n', '\n')}`.split(`\n--${boundary}`).slice(1);
  const end = pieces.findIndex((piece) => piece.startsWith('--'));
  if (end < 1) throw apiErrors.invalidPayload('The batch has no requests, or does not end with its boundary.');
  return pieces.slice(0, end).map(parseBatchRequest);
}

/** Renders the batch response: the responses in request order. */
export function renderBatchResponse(
  responses: readonly { readonly contentId: string | undefined; readonly status: number; readonly body: unknown }[],
  boundary: string,
): string {
  const written = responses.map(({ contentId, status, body }) => {
    const text = JSON.stringify(body);
    const id =
      contentId === undefined ? '' : `Content-ID: ${contentId.replace(/^<?/, '<response-').replace(/>?$/, '>')}\r\n`;
    const head = `HTTP/1.1 ${status} ${status < 400 ? 'OK' : 'Error'}\r\nContent-Type: application/json; charset=UTF-8\r\nContent-Length: ${Buffer.byteLength(text)}`;
    return `--${boundary}\r\nContent-Type: application/http\r\n${id}\r\n${head}\r\n\r\n${text}\r\n`;
  });
  return `${written.join('')}--${boundary}--\r\n`;
}

function parseBatchRequest(piece: string): BatchRequest {
  const [outer = '', inner = '', ...rest] = piece.replace(/^[ \t]*\r?\n/, '').split(/\r?\n\r?\n/);
  const [first = ''] = inner.split(/\r?\n/);
  const [, verb, target] = /^([A-Z]+) (\S+)(?: HTTP\/\d(?:\.\d)?)?$/.exec(first.trim()) ?? [];
  if (verb === undefined || target === undefined)
    throw apiErrors.invalidPayload('A part of the batch is not an HTTP request.');
  const contentId = /^content-id:\s*(.+?)\s*$/im.exec(outer)?.[1];
  return { contentId, verb, target: target.replace(/^https?:\/\/[^/]+/, ''), body: rest.join('\n\n').trim() };
}
