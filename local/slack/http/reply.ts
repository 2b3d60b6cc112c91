import type { ServerResponse } from 'node:http';

const commonHeaders = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
};

/** Responds with JSON. */
export function replyJson(response: ServerResponse, status: number, value: object, headers: object = {}): void {
  response.writeHead(status, { ...commonHeaders, 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(value));
}

/** Responds with bytes or plain text. */
export function replyBytes(
  response: ServerResponse,
  status: number,
  content: Buffer | string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { ...commonHeaders, 'content-type': 'text/plain; charset=utf-8', ...headers });
  response.end(content);
}
